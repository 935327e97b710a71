"""Checks of what runs: whose model it is, whether its output is sane, and what it needs to run at all."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.record.environment import processors
from pipeline.report.evidence import Evidence, Finding
from stages.pitfalls import Pitfall

_AGAIN = "make the files again: paddock --batch --force convert"
_VERSION = re.compile(r"v?(\d+)\.(\d+)")
_OWN = {"pd": "PD model", "checkpoint": "checkpoint"}


def target(evidence: Evidence) -> Finding:
    """Return whether each NB file was made for the processor that it stands for, as its kernels say."""
    where = "model_TARGET.nb"
    if foreign := _fallen(evidence, Pitfall.FOREIGN_TARGET):
        return Finding("failed", foreign, where, _AGAIN)
    files = [item for item in _files(evidence) if item["target"]]
    if not files:
        return Finding("not checked", "no file's target was read", where)
    said = ", ".join(f"{item['model']} for {item['target']}" for item in files)
    return Finding("passed", f"made for what they stand for, as their kernels say: {said}", where)


def sums(evidence: Evidence) -> Finding:
    """Return whether all measured outputs were probabilities; zeros and NaN are not."""
    remedy = "convert without quantisation, or measure on a machine of the file's target"
    if garbage := _fallen(evidence, Pitfall.QUANTISED_GARBAGE):
        return Finding("failed", garbage, "verify", remedy)
    rows = _sanity(evidence)
    if not rows:
        return Finding("not checked", "no output was looked at", "verify")
    return Finding("passed", f"{_probable(rows)}: {_models(rows)}", "evidence.json")


def _probable(rows: Sequence[Mapping[str, Any]]) -> str:
    """Say in what the outputs were seen to be probabilities: by step, or by pixel."""
    if "row_sum_error" in rows[0]:
        worst = max(row["row_sum_error"] for row in rows)
        return f"each step's probabilities sum to 1 (within {worst:.0e})"
    lowest, highest = min(row["lowest"] for row in rows), max(row["highest"] for row in rows)
    return f"each pixel's value is a probability, from {lowest:.2g} to {highest:.2g}"


def repeatable(evidence: Evidence) -> Finding:
    """Return whether every model gave the same numbers for the same image, at the start and at the end."""
    unsteady = [item for item in evidence.parity["models"] if "run again" in item["status"]]
    if unsteady:
        said = "; ".join(f"{item['name']}: {item['status']}" for item in unsteady)
        return Finding("failed", said, "verify", "measure again: paddock --batch --force verify")
    rows = _sanity(evidence)
    if not rows:
        return Finding("not checked", "no image was run twice", "verify")
    worst = max(row["repeat_difference"] for row in rows)
    said = f"the first image run again after all others differs by {worst:.0e}: {_models(rows)}"
    return Finding("passed", said, "evidence.json")


def canary(evidence: Evidence) -> Finding:
    """Return whether each model reads as what it was made from, and not as what training started from."""
    found: Mapping[str, Any] = evidence.proof.get("canary") or {}
    where = "evidence.json"
    if not found:
        said = "training did not start from an official model, so there is none to mistake it for"
        return Finding("not checked", said, where)
    if found.get("failure"):
        said = f"{found['stock']} could not read the images: {found['failure']}"
        return Finding("not checked", said, where)
    if stock := next((item for item in found["models"] if _is_stock(item)), None):
        remedy = (
            "look where the file comes from, and make it again: paddock --batch --force convert"
        )
        return Finding("failed", _is_the_stock(stock, found), where, remedy)
    telling = [item for item in found["models"] if item["as_stock"] < item["as_reference"]]
    if not telling:
        said = f"{found['stock']} reads the {found['images']} images no other than the models do"
        return Finding("not checked", said, where)
    said = "; ".join(_is_own(item, found) for item in telling)
    return Finding("passed", f"on {found['images']} images {said}", where)


def _is_stock(item: Mapping[str, Any]) -> bool:
    return bool(item["as_stock"] > item["as_reference"])


def _is_the_stock(item: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    stock, images = found["stock"], found["images"]
    own = _OWN[item["reference"]]
    return (
        f"{item['model']} reads as {stock} does ({item['as_stock']:.0%} of {images} images) "
        f"and not as your {own} ({item['as_reference']:.0%}): this is the stock model"
    )


def _is_own(item: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    return (
        f"{item['model']} reads as {item['reference']} ({item['as_reference']:.0%}) "
        f"and not as {found['stock']} ({item['as_stock']:.0%})"
    )


def runtime(evidence: Evidence) -> Finding:
    """Hold the version of ``opt`` in each file against the Paddle-Lite that the app has."""
    asked, where = evidence.settings.verify.runtime, "verify.runtime"
    files = _files(evidence)
    if not files:
        return Finding("not checked", "no NB file says which opt made it", where)
    newest = max((item["opt_version"] for item in files), key=_numbers)
    if not asked:
        said = f"the files were made by opt {newest}; the project does not name the app's runtime"
        return Finding("not checked", said, where, "name the app's Paddle-Lite in verify.runtime")
    if _numbers(newest) > _numbers(asked):
        said = (
            f"the files were made by opt {newest}, the app has Paddle-Lite {asked}, which is older"
        )
        remedy = f"build the app with Paddle-Lite {_written(newest)} or newer"
        return Finding("failed", said, where, remedy)
    said = f"the files were made by opt {newest}, the app has Paddle-Lite {asked}"
    return Finding("passed", said, where)


def cpu(evidence: Evidence) -> Finding:
    """Return whether all results were made on processors with the same vector units.

    No reason to refuse: a result that another machine made is the same file wherever it is used, and
    verify runs all models that it compares on one. It only tells why making it again may give other
    last digits, and so another hash.
    """
    found = processors({stage: result.environment for stage, result in evidence.results.items()})
    if not found:
        return Finding("not checked", "no stage told its processor", "environment")
    if len(found) == 1:
        (flags,) = found
        return Finding("passed", f"all stages ran on the same vector units: {flags}", "environment")
    said = "; ".join(_differing(flags, stages, found) for flags, stages in found.items())
    remedy = "run all on one machine if the hashes are to be repeated: paddock --batch --force data"
    return Finding("failed", f"stages ran on different vector units: {said}", "environment", remedy)


def _differing(flags: str, stages: Sequence[str], found: Mapping[str, Sequence[str]]) -> str:
    """Name a group of stages by what its processor has and not all others have."""
    common = set.intersection(*(set(other.split()) for other in found))
    more, names = " ".join(sorted(set(flags.split()) - common)), ", ".join(stages)
    return f"{names} with {more}" if more else f"{names} without these"


def _fallen(evidence: Evidence, pitfall: Pitfall) -> str:
    """Name the models that fell into ``pitfall`` while they were measured; "" if none did."""
    models = evidence.parity["models"]
    fallen = [item for item in models if item.get("pitfall") == str(pitfall)]
    return "; ".join(f"{item['name']}: {item['status']}" for item in fallen)


def _files(evidence: Evidence) -> Sequence[Mapping[str, str]]:
    files: Sequence[Mapping[str, str]] = evidence.proof.get("runtime", {}).get("files", ())
    return files


def _sanity(evidence: Evidence) -> Sequence[Mapping[str, Any]]:
    rows: Sequence[Mapping[str, Any]] = evidence.proof.get("sanity", ())
    return rows


def _models(rows: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(str(row["model"]) for row in rows)


def _numbers(version: str) -> tuple[int, ...]:
    found = _VERSION.match(version)
    return (int(found[1]), int(found[2])) if found else ()


def _written(version: str) -> str:
    return ".".join(map(str, _numbers(version))) or version
