"""Guards claim only what the run's own data shows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.deliver import deliver, is_delivered
from pipeline.project import load_project
from pipeline.report.build import build_report
from pipeline.report.html import render_html
from pipeline.report.markdown import render_markdown
from stages.contract import Result
from support.projects import write_project
from support.results import make_model, make_parity, make_results

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
    ) -> Guards:
        report = build_report(
            load_project(folder),
            "run-1",
            results or make_results(),
            parity or make_parity(),
            locked=locked,
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
    assert open_ones <= {"lock-held", "shipped-measured", "accuracy-floor"}


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
    deliver(project.out, ready, first)
    assert is_delivered(project.out, second, {}, {})
