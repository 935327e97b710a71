"""Guards claim only what the run's own data shows."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from pipeline.plan.stages import STAGES
from pipeline.project import load_project
from pipeline.project.schema import ArmRuntime
from pipeline.report.guards import GUARDS, refusal, unreached_guards
from pipeline.report.html import render_html
from pipeline.report.junit import render_junit
from pipeline.report.markdown import render_markdown
from pipeline.report.words import Effect, GuardEntry, Outcome
from pipeline.run.deliver import complete, deliver, is_delivered
from stages.contract import Fault, OnArm, ReadBack, Result, Step, Targets
from support.results import (
    ARM,
    NO_CHECKPOINT,
    NO_EVIDENCE,
    UNCHECKED,
    make_comparison,
    make_evidence,
    make_failed,
    make_lineage,
    make_model,
    make_parity,
    make_report,
    make_results,
    make_variants,
)

Guards = dict[str, GuardEntry]
Make = Callable[..., Guards]
PASSED, FAILED, NOT_CHECKED, NOT_APPLICABLE, _UNREACHED, ENFORCED = Outcome


@pytest.fixture
def guards(folder: Path) -> Make:
    def make(**left: Any) -> Guards:
        report = make_report(load_project(folder), **left)
        return {guard.id: guard for guard in report.guards}

    return make


def changed(stage: str, **metrics: Any) -> dict[str, Result]:
    results = make_results()
    results[stage] = replace(results[stage], metrics={**results[stage].metrics, **metrics})
    return results


def test_good_run_fails_no_guard(guards: Make) -> None:
    outcomes = {name: guard.outcome for name, guard in guards().items()}
    assert FAILED not in outcomes.values()
    open_ones = {name for name, outcome in outcomes.items() if outcome is NOT_CHECKED}
    assert open_ones <= {
        "lock-held", "shipped-measured", "accuracy-floor", "runtime-known", "same-processor",
    }  # fmt: skip
    # what there is nothing to look at for is no gap
    absent = {name for name, outcome in outcomes.items() if outcome is NOT_APPLICABLE}
    assert absent == {
        "same-text-chained", "import-proved", "given-nb-traced", "arm-kernels", "loss-within-limits",
    }  # fmt: skip


def without(*stages: str) -> dict[str, Result]:
    return {stage: result for stage, result in make_results().items() if stage not in stages}


def told(
    name: str, there: str, *, of: str = "preprocessing", where: str = "", here: str = ""
) -> dict[str, Any]:
    """Return evidence in which a place says something else than the project."""
    return {"evidence": make_evidence(**{of: (make_comparison(where, name, here, there),)})}


PD, NB = make_model("pd"), make_model("nb-x86")
ALONE = {"parity": make_parity(PD, UNCHECKED)}
LOST = Step("lite", "nb-arm", 216, 204, 11, {})
OLD_EXPORT = replace(make_results()["export"], environment={"paddle": "3.1.0"})
DICTIONARY = make_parity().dictionary
assert DICTIONARY is not None


@pytest.mark.parametrize(
    ("name", "outcome", "said", "changes"),
    [
        ("no-overlap", FAILED, "3", {"results": changed("data", leaked=3)}),
        ("no-overlap", NOT_APPLICABLE, "", {"results": without("data")}),
        ("one-environment", FAILED, "3.1.0 in export", {"results": {**make_results(), "export": OLD_EXPORT}}),
        ("one-dictionary", FAILED, "",
         {"parity": replace(make_parity(), dictionary=replace(DICTIONARY, sha256="e" * 64))}),
        ("dictionary-classes", FAILED, "nb-x86 38", {"parity": make_parity(PD, replace(NB, classes=38))}),
        ("dictionary-classes", FAILED, "nb-arm",
         told("classes", "38", of="dictionary", where="nb-arm", here="37")),
        ("same-preprocessing", FAILED, "channel_order is RGB; this project says BGR",
         told("channel_order", "RGB", where="training configuration", here="BGR")),
        ("same-preprocessing", NOT_CHECKED, "", told("image_shape", "", where="pd", here="[3, 48, 320]")),
        ("same-preprocessing", NOT_CHECKED, "", {"evidence": NO_EVIDENCE}),
        ("same-strings", FAILED, "", {"parity": make_parity(PD, replace(NB, agreement=0.9))}),
        ("same-strings", NOT_CHECKED, "", ALONE),
        ("same-probabilities", FAILED, "", {"parity": make_parity(PD, replace(NB, max_abs_diff=0.5))}),
        ("same-probabilities", NOT_CHECKED, "", ALONE),
        ("export-lineage", NOT_APPLICABLE, "",
         {"parity": make_parity(NO_CHECKPOINT, PD, NB), "results": without("train", "export")}),
        ("lock-held", NOT_CHECKED, "", {}),
        ("lock-held", ENFORCED, "", {"locked": True}),
        ("weights-traced", FAILED, "", {"lineage": make_lineage(steps=(LOST,))}),
        ("same-for-all-targets", FAILED, "conv2d_0.w_0",
         {"lineage": make_lineage(targets=Targets(216, ("conv2d_0.w_0",)))}),
        ("same-for-all-targets", FAILED, "relu",
         {"lineage": make_lineage(targets=Targets(216, (), 167, ("relu",)))}),
        ("same-for-all-targets", PASSED, "167 operators",
         {"lineage": make_lineage(targets=Targets(216, (), 167))}),
        ("same-for-all-targets", NOT_CHECKED, "", {"lineage": make_lineage(targets=None)}),
        ("what-learned", FAILED, "",
         {"results": changed("train", learned={"backbone": 0, "neck": 0, "head": 0})}),
        ("what-learned", PASSED, "neck 12 of 30", {}),
    ],
)  # fmt: skip
def test_a_guard_says_what_the_run_left_and_what_it_found(
    guards: Make, name: str, outcome: Outcome, said: str, changes: dict[str, Any]
) -> None:
    found = guards(**changes)[name]
    assert found.outcome is outcome and said in found.found


def test_every_guard_says_what_it_found_and_protects_from(guards: Make) -> None:
    made = guards()
    assert len(made) == len(GUARDS)
    for guard in made.values():
        assert guard.found and guard.protects and guard.stage in ("", *STAGES)


def test_run_that_ended_before_its_report_reached_no_guard() -> None:
    made = {guard.id: guard for guard in unreached_guards("detection")}
    assert len(made) == len(GUARDS) and made["own-test-set"].title == "the test set chose nothing"
    assert {guard.outcome for guard in made.values()} == {Outcome.NOT_REACHED, NOT_APPLICABLE}
    assert made["one-dictionary"].outcome is NOT_APPLICABLE  # detection has none


def test_guard_that_warns_is_no_failure_in_the_pages(folder: Path) -> None:
    made = make_report(load_project(folder), results=changed("data", leaked=3))
    page, table = render_html(made), render_markdown(made)
    assert 'class="warn"' in page and "! warning" in table and "✘" not in page + table


def test_what_cannot_fail_is_enforced_and_never_passed(guards: Make) -> None:
    """Without them the stage would have ended, so their outcome measures nothing."""
    made = guards(locked=True)
    assert {name for name, guard in made.items() if guard.outcome is ENFORCED} == {
        "inputs-rehashed", "lock-held", "dictionary-well-formed", "labels-in-dictionary", "export-lineage",
        "legal-program", "rewriting-proved", "written-anew", "one-preprocessing", "artifacts-rehashed",
    }  # fmt: skip


def test_failed_guard_of_a_run_that_passes_is_said_among_the_remarks(folder: Path) -> None:
    made = make_report(load_project(folder), results=changed("data", leaked=3))
    assert made.passed
    assert any("share no image" in remark for remark in made.remarks)


def test_odd_classes_of_a_trained_dictionary_are_a_warning(folder: Path, guards: Make) -> None:
    odd = changed("data", odd_classes={"second-space": 1, "empty-line": 2}, lowered=3)
    made = guards(results=odd)
    found = made["dictionary-well-formed"]
    assert found.outcome is FAILED and "characters_by_class" in found.remedy
    assert found.found.endswith("odd classes too: second-space 1, empty-line 2")
    assert "3 hold capitals and are compared in lower case" in made["labels-in-dictionary"].found
    report = make_report(load_project(folder), results=odd)
    assert report.passed
    assert any("odd classes too: second-space 1" in remark for remark in report.remarks)


def test_nan_is_a_failed_guard(guards: Make) -> None:
    broken = make_failed("nb-x86", Fault.NOT_FINITE, "its output is not finite (after 3 images)")
    found = guards(parity=make_parity(make_model("pd"), broken))
    assert found["finite-outputs"].outcome is FAILED
    assert found["shipped-measured"].outcome is FAILED


def test_file_that_nobody_ran_is_emulated_or_not_checked(guards: Make) -> None:
    found = guards()["shipped-measured"]
    assert found.outcome is PASSED and found.found == "measured: nb-x86; emulated by Paddle: nb-arm"
    alone = make_parity(make_model("pd"), make_model("nb-x86"), UNCHECKED)
    found = guards(parity=alone)["shipped-measured"]
    assert found.outcome is NOT_CHECKED and f"nb-arm: {UNCHECKED.detail}" in found.found
    assert guards(parity=alone)["reader-proved"].outcome is NOT_CHECKED


@pytest.mark.parametrize(
    ("read_back", "outcome"),
    [
        ([ReadBack("nb-x86", 300, 1.0, 9e-6)], PASSED),
        ([ReadBack("nb-x86", 300, 0.99, 9e-6)], FAILED),
        ([ReadBack("nb-x86", 300, 1.0, 0.02)], FAILED),
        ([ReadBack("nb-x86", 3, failure="killed by SIGABRT")], FAILED),
        ([ReadBack("nb-x86", 300, 1.0, 9e-6), ReadBack("nb-x86-int8", 300, 0.9, 0.0)], FAILED),
        ([ReadBack("nb-x86-int8", 300, 1.0, 9e-6)], NOT_CHECKED),
        ([], NOT_CHECKED),
    ],
)
def test_the_reader_of_an_emulated_file_is_proved_on_one_that_ran(
    guards: Make, read_back: list[ReadBack], outcome: Outcome
) -> None:
    evidence = replace(make_evidence(), read_back=tuple(read_back))
    rows = (make_model(name) for name in ("pd", "nb-x86", "nb-x86-int8"))
    made = guards(parity=make_parity(*rows, ARM), evidence=evidence)
    assert made["reader-proved"].outcome is outcome


@pytest.mark.parametrize(
    ("on_arm", "outcome", "title", "found"),
    [
        (OnArm(16, "2.13-rc"), PASSED, "nb-arm (ARM kernels, emulated CPU)", "16 of 300 images"),
        (OnArm(16, "", native=True), PASSED, "nb-arm (ARM kernels)", "of no stated version"),
        (OnArm(3, "2.13", failure="ended with 6"), NOT_CHECKED, "nb-arm (emulated)", "ended with 6"),
        (None, NOT_CHECKED, "nb-arm (emulated)", "no file for ARM could be run"),
    ],
)  # fmt: skip
def test_a_row_is_of_arms_kernels_only_if_they_ran_the_file(
    folder: Path, on_arm: OnArm | None, outcome: Outcome, title: str, found: str
) -> None:
    project = load_project(folder)
    verify = project.settings.verify.model_copy(update={"arm_runtime": ArmRuntime(path="lite.so")})
    given = replace(project, settings=project.settings.model_copy(update={"verify": verify}))
    models = make_parity().models
    ran = [replace(model, on_arm=on_arm) if model.is_emulated else model for model in models]
    report = make_report(given, parity=make_parity(*ran))
    guard = next(each for each in report.guards if each.id == "arm-kernels")
    assert guard.outcome is outcome and found in guard.found
    assert title in [model.title for model in report.models]


def test_pages_have_the_guards_and_show_what_was_compared(folder: Path) -> None:
    made = make_report(load_project(folder))
    for page in (render_markdown(made), render_html(made)):
        for guard in made.guards:
            assert guard.outcome.value in page
        for text in ("Where the weights come from", "training configuration", "batch norm folded"):
            assert text in page
        assert "every stage hashed its inputs again" in page
        assert "Not the official model" in page


def test_cached_run_with_the_same_guards_is_not_delivered_again(folder: Path) -> None:
    project = load_project(folder)
    first, second = (make_report(project, run=run) for run in ("run-1", "run-2"))
    ready = folder / ".paddock" / "ready"
    ready.mkdir(parents=True)
    complete(ready, first)
    deliver(project.out, ready)
    assert is_delivered(project.out, second, {}, {})


def test_all_places_of_the_dictionary_are_named_and_one_with_another(guards: Make) -> None:
    made = guards()
    for place in ("training configuration", "inference.yml"):
        assert place in made["one-dictionary"].found
    assert "nb-arm" in made["dictionary-classes"].found
    there = [make_comparison("inference.yml", "characters", "5f1d", "77aa")]
    found = guards(evidence=make_evidence(dictionary=tuple(there)))["one-dictionary"]
    assert found.outcome is FAILED and found.where == "inference.yml" and found.remedy
    assert "inference.yml: characters is 77aa; this project says 5f1d" in found.found


@pytest.mark.parametrize(
    ("counts", "said", "remedy"),
    [
        ({"squeezed": 6, "widest": 739}, "6 of 7 are wider than 320 pixels", "image_shape = [3, 48, 768]"),
        ({"upright": 1}, "1 of 7 are higher than wide", "turn them"),
        ({"tiny": 2}, "only a few pixels", "turn them"),
        ({"placeholders": 3}, "3 of 7 texts are placeholders", "turn them"),
    ],
)  # fmt: skip
def test_lines_that_a_model_can_hardly_read_are_a_warning(
    guards: Make, counts: dict[str, int], said: str, remedy: str
) -> None:
    shape = {"widest": 310, "fitting_width": 768, "texts": 7, "commonest": 1, **counts}
    found = guards(results=changed("data", shape=shape))["lines-suit-the-model"]
    assert (found.outcome, found.effect) == (FAILED, Effect.WARNS)
    assert said in found.found and remedy in found.remedy


@pytest.mark.parametrize(
    ("known", "outcomes"),
    [
        (216, (PASSED, PASSED)),
        (200, (NOT_CHECKED, FAILED)),  # another opt folded something: a warning
        (12, (FAILED, FAILED)),  # another model
    ],
)
def test_file_made_elsewhere_is_traced_as_far_as_it_can_be(
    guards: Make, known: int, outcomes: tuple[Outcome, Outcome]
) -> None:
    names = ("conv2d_0.w_0",) if known < 216 else ()
    made = guards(
        lineage=make_lineage(steps=(Step("pd", "nb-arm", 216, known, 0, {}, names),)),
        results=changed("convert", given=["arm"]),
    )
    assert (made["weights-traced"].outcome, made["given-nb-traced"].outcome) == outcomes
    assert made["given-nb-traced"].effect is Effect.WARNS
    assert all(name in made["given-nb-traced"].found for name in names)
    assert "model_x86.nb" in made["written-anew"].found
    assert "model_arm.nb" not in made["written-anew"].found


def test_run_that_converted_nothing_and_kept_no_evidence_claims_nothing(guards: Make) -> None:
    results = {stage: result for stage, result in make_results().items() if stage != "convert"}
    parity = make_parity(make_model("pd"))
    made = guards(evidence=NO_EVIDENCE, lineage=None, results=results, parity=parity)
    for name in ("weights-traced", "same-for-all-targets", "legal-program"):
        assert made[name].outcome is NOT_APPLICABLE, name
    assert made["same-preprocessing"].outcome is NOT_CHECKED


def refusing_changes() -> list[tuple[str, dict[str, Any]]]:
    places = [make_comparison("inference.yml", "characters", "5f1d", "77aa")]
    widths = [make_comparison("nb-arm", "classes", "37", "38")]
    heights = [make_comparison("pd", "image_shape", "[3, 48, 320]", "[3, 32, 320]")]
    lost = Step("lite", "nb-arm", 2, 1, 0, {})
    return [
        ("dictionary-changed", {"evidence": make_evidence(dictionary=tuple(places))}),
        ("dictionary-classes", {"evidence": make_evidence(dictionary=tuple(widths))}),
        ("other-configuration-at-export", {"evidence": make_evidence(preprocessing=tuple(heights))}),
        ("stock-nb", {"lineage": make_lineage(steps=(lost,))}),
        ("stale-file", {"lineage": make_lineage(targets=Targets(2, ("w",)))}),
    ]  # fmt: skip


@pytest.mark.parametrize(("pitfall", "changes"), refusing_changes())
def test_guard_that_refuses_names_its_pitfall(
    guards: Make, pitfall: str, changes: dict[str, Any]
) -> None:
    assert refusal(guards().values()) is None
    error = refusal(guards(**changes).values())
    assert error is not None and error.code == 5
    assert error.pitfall == pitfall and error.remedy


def parsed(page: str) -> ElementTree.Element:
    """Read a page that we drew ourselves."""
    return ElementTree.fromstring(page.encode())  # noqa: S314


def test_junit_has_a_case_a_guard(folder: Path) -> None:
    broken = make_failed("nb-x86", Fault.NOT_FINITE, "not finite", "quantised-garbage")
    made = make_report(load_project(folder), make_parity(make_model("pd"), broken))
    root = parsed(render_junit(made))
    suites = {suite.get("name"): suite for suite in root}
    guards, models = suites["paddock.guards"], suites["paddock.parity"]
    assert [case.get("name") for case in guards] == [guard.id for guard in made.guards]
    finite = guards.find("testcase[@name='finite-outputs']/failure")
    assert finite is not None and "not finite" in finite.get("message", "")
    assert "paddock explain quantised-garbage" in (finite.text or "")
    assert models.find("testcase[@name='verdict']/failure") is not None
    assert models.find("testcase[@name='nb-x86']/failure") is not None
    said = guards.findtext("testcase[@name='artifacts-rehashed']/system-out")
    assert said and said.startswith("enforced: ")
    assert int(guards.get("failures", "")) == len(guards.findall("testcase/failure"))
    assert int(guards.get("skipped", "")) == len(guards.findall("testcase/skipped"))


def test_junit_is_xml_whatever_a_label_says(folder: Path) -> None:
    hostile = make_failed("nb-x86", Fault.DIED, "\x1b[2J]]><a>&\ufffe\ud800")
    page = render_junit(make_report(load_project(folder), make_parity(make_model("pd"), hostile)))
    assert parsed(page) is not None


def test_what_fewer_bits_cost_is_told_and_held_to_its_own_limits(guards: Make) -> None:
    float32 = (make_model("pd"), make_model("nb-x86"), ARM)
    made = guards(parity=make_parity(*float32, *make_variants("int16"), *make_variants("int8")))
    assert made["loss-within-limits"].found == (
        "pd-int16 99.00% of the strings, accuracy drops by 0.00%; "
        "pd-int8 99.00% of the strings, accuracy drops by 0.00% (asked 97.00%, allowed 1.00%)"
    )
    assert made["computed-as-written"].outcome is PASSED
    assert made["same-probabilities"].outcome is PASSED, "of a file, not of what was rounded"
    worse = guards(parity=make_parity(*float32, *make_variants("int8", agreement=0.96)))
    assert worse["loss-within-limits"].outcome is FAILED


def test_a_file_that_paddle_lite_computes_wrongly_fails(guards: Make) -> None:
    said = "no loader turns back the integers of 9 weights, the first is linear_0.w_0"
    pd, x86, _ = make_variants("int8")
    lost = make_failed("nb-arm-int8", Fault.MISCOMPUTED, said, "quantised-garbage")
    found = guards(parity=make_parity(make_model("pd"), pd, x86, lost))["computed-as-written"]
    assert (found.outcome, found.found) == (FAILED, f"nb-arm-int8: failed: {said}")
