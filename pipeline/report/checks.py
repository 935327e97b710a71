"""The checks behind the guards: each looks at a run's evidence and says in a sentence what it found.

Only what this run's own data shows is claimed: a check that had nothing to look at is ``not checked``, and
its sentence says why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pipeline.errors import IntegrityFailed
from pipeline.record.environment import COMPARED, check_one_environment
from pipeline.report.evidence import Evidence, Finding
from pipeline.report.metrics import Model
from pipeline.report.verdict import score_of


def _passed_if(condition: bool, found: str, where: str = "") -> Finding:
    return Finding("passed" if condition else "failed", found, where)


def _names(models: Sequence[Model]) -> str:
    return ", ".join(str(model["name"]) for model in models)


# What came in.


def inputs(evidence: Evidence) -> Finding:
    """No result exists without: a stage that finds another hash ends with exit code 5."""
    stages = ", ".join(evidence.results)
    return Finding(
        "passed", f"every input had the hash that was recorded for it: {stages}", "spec.json"
    )


def lock(evidence: Evidence) -> Finding:
    """Return whether ``--locked`` held every stage to the lock."""
    if evidence.locked:
        found = "image, parameters and inputs of every stage are those of the lock"
        return Finding("passed", found, "paddock.lock")
    return Finding("not checked", "the run was started without --locked", "paddock.lock")


def labels(evidence: Evidence) -> Finding:
    """The data stage refuses labels with characters that the dictionary lacks."""
    lines = evidence.metric("data", "lines")
    if not lines:
        return Finding("not checked", "the data stage did not count its lines", "data")
    found = f"all characters of {sum(lines.values())} labels are in the dictionary"
    return Finding("passed", found, "data")


def length(evidence: Evidence) -> Finding:
    """Compare the longest label with what the project allows."""
    longest, allowed = evidence.metric("data", "longest_text"), evidence.settings.data
    if longest is None:
        return Finding("not checked", "the data stage did not measure its labels", "data")
    found = f"the longest label has {longest} characters, allowed are {allowed.max_text_length}"
    return _passed_if(longest <= allowed.max_text_length, found, "data.max_text_length")


def own_test_set(evidence: Evidence) -> Finding:
    """Return whether verify measured on lines that chose nothing."""
    if evidence.settings.data.test:
        return Finding("passed", "the test lines are label files of their own", "data.test")
    found = "data.test is empty: the numbers are from val, which also chose the checkpoint"
    return Finding("failed", found, "data.test")


def overlap(evidence: Evidence) -> Finding:
    """Take the data stage's count of images that two splits share."""
    leaked = evidence.metric("data", "leaked")
    if leaked is None:
        return Finding("not checked", "the data stage did not compare the splits", "data")
    if leaked:
        found = f"images in more than one split: {leaked}; what is measured is too good"
        return Finding("failed", found, "data")
    return Finding("passed", "no image, by its content, is in two splits", "data")


# What was made.


def environment(evidence: Evidence) -> Finding:
    """Hold the versions of all stages against each other."""
    environments = {stage: result.environment for stage, result in evidence.results.items()}
    try:
        check_one_environment(environments)
    except IntegrityFailed as error:
        return Finding("failed", error.message, "environment")
    seen = {name: value for versions in environments.values() for name, value in versions.items()}
    versions = ", ".join(f"{name} {seen[name]}" for name in COMPARED[:2] if name in seen)
    return Finding("passed", f"one set of versions in all stages: {versions}", "environment")


def export(evidence: Evidence) -> Finding:
    """The export stage compares every parameter and refuses what differs."""
    compared = evidence.metric("export", "parameters_compared")
    if not compared or evidence.metric("export", "images_compared"):
        return Finding(
            "not checked", "the run exported no checkpoint: the model was given", "export"
        )
    difference = evidence.metric("export", "max_difference")
    found = f"all {compared} parameters were compared; largest difference {difference:g}"
    return Finding("passed", found, "export")


def taken_over(evidence: Evidence) -> Finding:
    """The export stage runs a PIR model and what it made of it, and refuses what differs."""
    images = evidence.metric("export", "images_compared")
    if not images:
        return Finding("not checked", "the project starts from no PIR model", "export")
    difference, same = (
        evidence.metric("export", name) for name in ("max_difference", "strings_equal")
    )
    found = f"on {images} test images the legacy model differs from it by {difference:.1e} at most"
    if same is None:
        return Finding("passed", found, "export")
    found = f"{found}, and {same} of {images} strings are equal"
    return _passed_if(same == images, found, "export")


def rewriting(evidence: Evidence) -> Finding:
    """The convert stage runs both programs and refuses what differs."""
    difference = evidence.metric("convert", "simplified_max_difference")
    if difference is None:
        return Finding("not checked", "the convert stage did not compare the programs", "convert")
    found = f"on the same input the rewritten program differs by {difference:.1e} at most"
    return Finding("passed", found, "convert")


# What was measured.


def preprocessing(evidence: Evidence) -> Finding:
    """The verify stage prepares an image once and hands it to every model."""
    measured = evidence.measured
    if len(measured) < 2:
        return Finding("not checked", "fewer than two models were measured", "verify")
    found = (
        f"each of {evidence.parity['images']} images was prepared once and given to all: "
        f"{_names(measured)}"
    )
    return Finding("passed", found, "preprocess.json")


def finite(evidence: Evidence) -> Finding:
    """The verify stage drops a model at its first NaN or infinity."""
    broken = [item for item in evidence.parity["models"] if "not finite" in item["status"]]
    if broken:
        found = "; ".join(f"{item['name']}: {item['status']}" for item in broken)
        return Finding("failed", found, "verify")
    if not evidence.measured:
        return Finding("not checked", "no model was measured", "verify")
    found = f"every number of every image is finite: {_names(evidence.measured)}"
    return Finding("passed", found, "verify")


#: What the share of images is of on which two models agree, by task.
_AGREED: Mapping[str, Callable[[float], str]] = {
    "recognition": lambda value: f"{value:.2%} of the strings",
    "detection": lambda value: f"{value:.2%} of the images, box for box",
    "orientation": lambda value: f"{value:.2%} of the orientations",
}


def agreement(evidence: Evidence) -> Finding:
    """Hold the share of images on which NB and PD agree against ``verify.min_agreement``."""
    return _each_buffer(
        evidence,
        "agreement",
        lambda value: value >= evidence.settings.verify.min_agreement,
        _AGREED[evidence.task],
        f"asked {evidence.settings.verify.min_agreement:.2%}",
        "verify.min_agreement",
    )


def probabilities(evidence: Evidence) -> Finding:
    """Hold the largest difference against ``verify.max_abs_diff``."""
    return _each_buffer(
        evidence,
        "max_abs_diff",
        lambda value: value <= evidence.settings.verify.max_abs_diff,
        lambda value: f"{value:.1e}",
        f"allowed {evidence.settings.verify.max_abs_diff:.1e}",
        "verify.max_abs_diff",
    )


def _each_buffer(
    evidence: Evidence,
    name: str,
    holds: Callable[[float], bool],
    say: Callable[[float], str],
    asked: str,
    where: str,
) -> Finding:
    """Hold a number of every NB model that compares it with PD against what the project asks."""
    values = {item["name"]: item[name] for item in evidence.buffers if item[name] is not None}
    if not values:
        return Finding("not checked", "no NB model was compared with PD", where)
    said = ", ".join(f"{model} {say(value)}" for model, value in values.items())
    return _passed_if(all(map(holds, values.values())), f"{said} ({asked})", where)


def chained(evidence: Evidence) -> Finding:
    """Return whether the converted pair, detection and recognition, reads as the original one."""
    chain, where = evidence.parity.get("chain"), "verify.recognition"
    if not chain:
        return Finding("not checked", "the project names no recognition project", where)
    if chain.get("failure"):
        return Finding("failed", f"with {chain['recognition']}: {chain['failure']}", where)
    found = (
        f"with {chain['recognition']} {chain['same']} of {chain['lines']} lines "
        f"on {chain['pages']} pages are read the same"
    )
    return _passed_if(0 < chain["lines"] == chain["same"], found, where)


def accuracy(evidence: Evidence) -> Finding:
    """Hold the score of PD against ``verify.min_accuracy``."""
    asked, where = evidence.settings.verify.min_accuracy, "verify.min_accuracy"
    score = score_of(evidence.task)
    if not asked:
        return Finding("not checked", "the project asks for no accuracy", where)
    pd = next((item for item in evidence.measured if item["name"] == "pd"), None)
    if pd is None:
        return Finding("not checked", "pd was not measured", where)
    if score == "hmean":
        found = f"pd has a hmean of {pd[score]:.2%} (asked {asked:.2%})"
    else:
        found = f"pd has an accuracy of {pd[score]:.2%} (asked {asked:.2%})"
    return _passed_if(pd[score] >= asked, found, where)


def shipped(evidence: Evidence) -> Finding:
    """Tell which NB files nobody has run, and why."""
    buffers = [item for item in evidence.parity["models"] if item["name"].startswith("nb-")]
    others = [item for item in buffers if item["status"] != "measured"]
    if not buffers:
        return Finding("not checked", "there is no NB file", "verify")
    if not others:
        return Finding("passed", f"measured: {_names(buffers)}", "verify")
    failed = any(str(item["status"]).startswith("failed") for item in others)
    found = "; ".join(f"{item['name']}: {item['status']}" for item in others)
    return Finding("failed" if failed else "not checked", found, "verify")


def artifacts(evidence: Evidence) -> Finding:
    """A report is written only after what ships was hashed (pipeline/run/outcome.py)."""
    found = "what ships has the SHA-256 that its stage recorded"
    return Finding("passed", found, "SHA256SUMS")
