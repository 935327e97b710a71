"""Guards claim only what the run's own data shows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from pipeline.project import load_project
from pipeline.report.build import build_report
from pipeline.report.guards import refusal
from pipeline.report.html import render_html
from pipeline.report.junit import render_junit
from pipeline.report.markdown import render_markdown
from pipeline.run.deliver import complete, deliver, is_delivered
from stages.contract import Result
from support.projects import write_project
from support.results import (
    make_comparison,
    make_evidence,
    make_lineage,
    make_model,
    make_parity,
    make_results,
)

SCHEMA = Path(__file__).parents[2] / "docs" / "report.schema.json"
Guards = dict[str, dict[str, Any]]
Make = Callable[..., Guards]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_project(tmp_path / "project")


@pytest.fixture
def guards(folder: Path) -> Make:
    def make(
        parity: dict[str, Any] | None = None,
        results: dict[str, Result] | None = None,
        locked: bool = False,
        proof: dict[str, Any] | None = None,
        lineage: dict[str, Any] | None = None,
    ) -> Guards:
        report = build_report(
            load_project(folder),
            "run-1",
            results or make_results(),
            parity or make_parity(),
            locked=locked,
            proof=make_evidence() if proof is None else proof,
            lineage=make_lineage() if lineage is None else lineage,
        )
        return {guard["id"]: guard for guard in report["pitfalls"]}

    return make


def changed(stage: str, **metrics: Any) -> dict[str, Result]:
    results = make_results()
    results[stage] = replace(results[stage], metrics={**results[stage].metrics, **metrics})
    return results


def test_good_run_fails_no_guard(guards: Make) -> None:
    outcomes = {name: guard["outcome"] for name, guard in guards().items()}
    assert "failed" not in outcomes.values()
    open_ones = {name for name, outcome in outcomes.items() if outcome == "not checked"}
    assert open_ones <= {
        "lock-held", "shipped-measured", "accuracy-floor", "runtime-known", "same-processor",
        "same-text-chained", "import-proved",
    }  # fmt: skip


def test_guards_are_as_the_schema_says(guards: Make) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))["properties"]["pitfalls"]["items"]
    for guard in guards().values():
        assert set(schema["required"]) <= set(guard) <= set(schema["properties"])
        assert guard["outcome"] in schema["properties"]["outcome"]["enum"]
        assert re.fullmatch(schema["properties"]["id"]["pattern"], guard["id"])
        assert guard["found"] and guard["protects"]


def test_overlap_of_the_splits_is_taken_from_the_data_stage(guards: Make) -> None:
    found = guards(results=changed("data", leaked=3))["no-overlap"]
    assert found["outcome"] == "failed" and "3" in found["found"]
    results = make_results()
    results["data"] = replace(results["data"], metrics={})
    assert guards(results=results)["no-overlap"]["outcome"] == "not checked"


def test_failed_guard_of_a_run_that_passes_is_said_among_the_remarks(folder: Path) -> None:
    made = build_report(load_project(folder), "run-1", changed("data", leaked=3), make_parity())
    assert made["verdict"] == "pass"
    assert any("share no image" in remark for remark in made["remarks"])


def test_two_versions_are_named(guards: Make) -> None:
    results = make_results()
    results["export"] = replace(results["export"], environment={"paddle": "3.1.0"})
    found = guards(results=results)["one-environment"]
    assert found["outcome"] == "failed" and "3.1.0 in export" in found["found"]


def test_another_dictionary_is_named(guards: Make) -> None:
    parity = make_parity()
    parity["dictionary"] = {**parity["dictionary"], "sha256": "e" * 64}
    assert guards(parity)["one-dictionary"]["outcome"] == "failed"


def test_model_with_other_classes_is_named(guards: Make) -> None:
    parity = make_parity(make_model("pd"), make_model("nb-x86", classes=38))
    found = guards(parity)["dictionary-classes"]
    assert found["outcome"] == "failed" and "nb-x86 38" in found["found"]


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("same-strings", {"agreement": 0.9}),
        ("same-probabilities", {"max_abs_diff": 0.5}),
    ],
)
def test_nb_that_differs_from_pd_fails(guards: Make, name: str, changes: dict[str, Any]) -> None:
    parity = make_parity(make_model("pd"), make_model("nb-x86", **changes))
    assert guards(parity)[name]["outcome"] == "failed"
    alone = make_parity(make_model("pd"), {"name": "nb-arm", "status": "not runnable here"})
    assert guards(alone)[name]["outcome"] == "not checked"


def test_nan_is_a_failed_guard(guards: Make) -> None:
    broken = {"name": "nb-x86", "status": "failed: its output is not finite (after 3 images)"}
    found = guards(make_parity(make_model("pd"), broken))
    assert found["finite-outputs"]["outcome"] == "failed"
    assert found["shipped-measured"]["outcome"] == "failed"


def test_file_that_nobody_ran_is_not_checked(guards: Make) -> None:
    found = guards()["shipped-measured"]
    assert found["outcome"] == "not checked" and "nb-arm: not runnable here" in found["found"]


def test_lock_is_claimed_only_if_it_held(guards: Make) -> None:
    assert guards()["lock-held"]["outcome"] == "not checked"
    assert guards(locked=True)["lock-held"]["outcome"] == "passed"


def test_given_model_has_no_export_to_compare(guards: Make) -> None:
    results = make_results()
    del results["train"], results["export"]
    parity = make_parity(
        {"name": "checkpoint", "status": "no checkpoint in this project"},
        make_model("pd"),
        make_model("nb-x86"),
    )
    found = guards(parity, results)["export-lineage"]
    assert found["outcome"] == "not checked"


def test_pages_have_the_guards(folder: Path) -> None:
    made = build_report(load_project(folder), "run-1", make_results(), make_parity())
    for page in (render_markdown(made), render_html(made)):
        for guard in made["pitfalls"]:
            assert guard["outcome"] in page
        assert "every stage hashed its inputs again" in page


def test_cached_run_with_the_same_guards_is_not_delivered_again(folder: Path) -> None:
    project = load_project(folder)
    first, second = (
        build_report(project, run, make_results(), make_parity()) for run in ("run-1", "run-2")
    )
    ready = folder / ".paddock" / "ready"
    ready.mkdir(parents=True)
    complete(ready, first)
    deliver(project.out, ready)
    assert is_delivered(project.out, second, {}, {})


def test_place_with_another_dictionary_is_named(guards: Make) -> None:
    there = [make_comparison("inference.yml", "characters", "5f1d", "77aa")]
    found = guards(proof=make_evidence(dictionary=there))["one-dictionary"]
    assert found["outcome"] == "failed" and found["where"] == "inference.yml"
    assert "inference.yml: characters is 77aa; this project says 5f1d" in found["found"]
    assert found["remedy"]


def test_place_with_other_classes_is_named(guards: Make) -> None:
    there = [make_comparison("nb-arm", "classes", "37", "38")]
    found = guards(proof=make_evidence(dictionary=there))["dictionary-classes"]
    assert found["outcome"] == "failed" and "nb-arm" in found["found"]


def test_all_places_of_the_dictionary_are_named(guards: Make) -> None:
    made = guards()
    for place in ("training configuration", "inference.yml"):
        assert place in made["one-dictionary"]["found"]
    assert "nb-arm" in made["dictionary-classes"]["found"]


def test_other_preprocessing_is_named(guards: Make) -> None:
    there = [make_comparison("training configuration", "channel_order", "BGR", "RGB")]
    found = guards(proof=make_evidence(preprocessing=there))["same-preprocessing"]
    assert found["outcome"] == "failed"
    assert "channel_order is RGB; this project says BGR" in found["found"]


def test_models_that_say_nothing_of_their_input_are_not_checked(guards: Make) -> None:
    there = [make_comparison("pd", "image_shape", "[3, 48, 320]", "")]
    for proof in (make_evidence(preprocessing=there), {}):
        assert guards(proof=proof)["same-preprocessing"]["outcome"] == "not checked"


def test_tensor_that_nobody_can_trace_fails(guards: Make) -> None:
    lost = {"from": "lite", "to": "nb-arm", "tensors": 216, "same": 204, "derived": 11, "by": {}}
    assert guards(lineage=make_lineage(steps=[lost]))["weights-traced"]["outcome"] == "failed"


def test_targets_with_different_tensors_fail(guards: Make) -> None:
    other = {"tensors": 216, "different": ["conv2d_0.w_0"]}
    found = guards(lineage=make_lineage(targets=other))["same-for-all-targets"]
    assert found["outcome"] == "failed" and "conv2d_0.w_0" in found["found"]
    assert guards(lineage=make_lineage(targets=None))["same-for-all-targets"]["outcome"] != "failed"


def test_targets_with_different_operators_fail(guards: Make) -> None:
    other = {"tensors": 216, "different": [], "operators": 167, "different_operators": ["relu"]}
    found = guards(lineage=make_lineage(targets=other))["same-for-all-targets"]
    assert found["outcome"] == "failed" and "relu" in found["found"]
    same = {**other, "different_operators": []}
    found = guards(lineage=make_lineage(targets=same))["same-for-all-targets"]
    assert found["outcome"] == "passed" and "167 operators" in found["found"]


def test_training_that_changed_nothing_fails(guards: Make) -> None:
    nothing = changed("train", learned={"backbone": 0, "neck": 0, "head": 0})
    assert guards(results=nothing)["what-learned"]["outcome"] == "failed"
    assert "neck 12 of 30" in guards()["what-learned"]["found"]


def test_report_of_stages_that_kept_no_evidence_claims_nothing(guards: Make) -> None:
    made = guards(proof={}, lineage={})
    for name in ("weights-traced", "same-for-all-targets", "same-preprocessing"):
        assert made[name]["outcome"] == "not checked", name


def refusing_changes() -> list[tuple[str, dict[str, Any]]]:
    places = [make_comparison("inference.yml", "characters", "5f1d", "77aa")]
    widths = [make_comparison("nb-arm", "classes", "37", "38")]
    heights = [make_comparison("pd", "image_shape", "[3, 48, 320]", "[3, 32, 320]")]
    lost = {"from": "lite", "to": "nb-arm", "tensors": 2, "same": 1, "derived": 0, "by": {}}
    return [
        ("dictionary-changed", {"proof": make_evidence(dictionary=places)}),
        ("dictionary-classes", {"proof": make_evidence(dictionary=widths)}),
        ("other-configuration-at-export", {"proof": make_evidence(preprocessing=heights)}),
        ("stock-nb", {"lineage": make_lineage(steps=[lost])}),
        ("stale-file", {"lineage": make_lineage(targets={"tensors": 2, "different": ["w"]})}),
    ]


@pytest.mark.parametrize(("pitfall", "changes"), refusing_changes())
def test_guard_that_refuses_names_its_pitfall(
    guards: Make, pitfall: str, changes: dict[str, Any]
) -> None:
    error = refusal(guards(**changes).values())
    assert error is not None and error.code == 5
    assert error.pitfall == pitfall and error.remedy


def test_good_run_is_not_refused(guards: Make) -> None:
    assert refusal(guards().values()) is None


def test_pages_show_what_was_compared(folder: Path) -> None:
    made = build_report(
        load_project(folder),
        "run-1",
        make_results(),
        make_parity(),
        proof=make_evidence(),
        lineage=make_lineage(),
    )
    for page in (render_markdown(made), render_html(made)):
        for text in ("Where the weights come from", "training configuration", "batch norm folded"):
            assert text in page
        assert "Not the official model" in page


def test_schema_names_all_that_a_report_with_evidence_holds(folder: Path) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    made = build_report(
        load_project(folder),
        "run-1",
        make_results(),
        make_parity(),
        proof=make_evidence(),
        lineage=make_lineage(),
    )
    assert set(made) == set(schema["properties"]) - {"chain"}  # which only detection has
    properties, model = schema["properties"], schema["$defs"]["model"]["properties"]
    for name in ("dictionary", "canary", "runtime", "lineage"):
        assert set(made[name]) <= set(properties[name]["properties"]), name
    assert all(set(item) <= set(model) for item in made["models"])
    sane = properties["sanity"]["items"]["properties"]
    assert all(set(item) <= set(sane) for item in made["sanity"])
    compared = schema["$defs"]["comparisons"]["items"]["properties"]
    for item in (*made["dictionary"]["places"], *made["preprocessing"]):
        assert set(item) == set(compared)
        assert item["outcome"] in compared["outcome"]["enum"]


def parsed(page: str) -> ElementTree.Element:
    """Read a page that we drew ourselves."""
    return ElementTree.fromstring(page.encode())  # noqa: S314


def test_junit_has_a_case_a_guard(folder: Path) -> None:
    broken = {"name": "nb-x86", "status": "failed: not finite", "pitfall": "quantised-garbage"}
    parity = make_parity(make_model("pd"), broken)
    made = build_report(load_project(folder), "run-1", make_results(), parity)
    root = parsed(render_junit(made))
    suites = {suite.get("name"): suite for suite in root}
    guards, models = suites["paddock.guards"], suites["paddock.parity"]
    assert [case.get("name") for case in guards] == [guard["id"] for guard in made["pitfalls"]]
    finite = guards.find("testcase[@name='finite-outputs']/failure")
    assert finite is not None and "not finite" in finite.get("message", "")
    assert "paddock explain quantised-garbage" in (finite.text or "")
    assert models.find("testcase[@name='verdict']/failure") is not None
    assert models.find("testcase[@name='nb-x86']/failure") is not None
    assert int(guards.get("failures", "")) == len(guards.findall("testcase/failure"))
    assert int(guards.get("skipped", "")) == len(guards.findall("testcase/skipped"))


def test_junit_is_xml_whatever_a_label_says(folder: Path) -> None:
    hostile = {"name": "nb-x86", "status": "failed: \x1b[2J]]><a>&\ufffe\ud800"}
    parity = make_parity(make_model("pd"), hostile)
    page = render_junit(build_report(load_project(folder), "run-1", make_results(), parity))
    assert parsed(page) is not None
