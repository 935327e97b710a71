"""Two runs beside each other: what went in and came out differently, and what cannot be known."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.project import load_project
from pipeline.record.ledger import Entry, Ledger
from pipeline.record.runs import list_runs
from pipeline.report.runs_compared import (
    Comparison,
    Measure,
    Side,
    compare,
    read_side,
    shipped_score,
)
from stages.contract import Fault
from stages.contract.codec import encode
from support.projects import write_project
from support.recorded import CACHED_RUN, RUN
from support.results import UNCHECKED, make_boxes, make_failed, make_model, make_parity, make_report


def sides(recorded: Path) -> tuple[Side, Side]:
    """Return the run in which all ran, and the one in which all were cached."""
    entries = Ledger(recorded / ".paddock" / "ledger.jsonl").entries
    now, before = list_runs(recorded / ".paddock")
    return read_side(before, entries), read_side(now, entries)


def edited(recorded: Path, edit: Callable[[dict[str, Any]], object], run: str = CACHED_RUN) -> None:
    """Change the later run's report."""
    path = recorded / ".paddock" / "runs" / run / "report.json"
    report = json.loads(path.read_text())
    edit(report)
    path.write_text(json.dumps(report))


def measure(comparison: Comparison, model: str, title: str) -> Measure:
    pair = next(item for item in comparison.models if item.name == model)
    return next(item for item in pair.measures if item.metric.title == title)


def changed(side: Side, stage: str, edit: Callable[[Entry], Entry]) -> Side:
    return replace(side, entries={**side.entries, stage: edit(side.entries[stage])})


def test_a_cached_run_differs_in_nothing(recorded: Path) -> None:
    found = compare(*sides(recorded))
    assert [pair.stage for pair in found.stages] == ["data", "train", "export", "convert", "verify"]
    for pair in found.stages:
        assert (pair.before, pair.now, pair.origin) == ("finished", "cached", "same")
        assert not (pair.changes or pair.files or pair.environment)
    assert all(item.trend == "same" for pair in found.models for item in pair.measures)
    assert found.lacking == ()


def test_numbers_go_better_or_worse(recorded: Path) -> None:
    def edit(report: dict[str, Any]) -> None:
        pd, nb = report["models"][1], report["models"][2]
        pd["accuracy"], pd["ned"] = 0.98, 0.9999
        nb["max_abs_diff"], nb["latency_ms"]["p50"] = 1e-6, 20.0
        nb["size"], nb["sha256"] = nb["size"] * 2, "0" * 64

    edited(recorded, edit)
    found = compare(*sides(recorded))
    assert measure(found, "pd", "accuracy").trend == "worse"
    assert (measure(found, "pd", "accuracy").before, measure(found, "pd", "accuracy").now) == (
        "99.67%",
        "98.00%",
    )
    assert measure(found, "pd", "NED").trend == "better"
    assert measure(found, "nb-x86", "max diff").trend == "better"
    assert (
        measure(found, "nb-x86", "x PD").trend == "better"
    )  # measured beside PD, at the same time
    assert measure(found, "nb-x86", "p50 ms").trend == "other"  # a busy machine does as much
    assert measure(found, "nb-x86", "MB").trend == "worse"
    assert measure(found, "nb-x86", "SHA-256").trend == "other"


def test_a_latency_that_varies_as_latencies_do_is_about_the_same(recorded: Path) -> None:
    edited(recorded, lambda report: report["models"][1]["latency_ms"].update(p50=54.423 * 1.2))
    found = measure(compare(*sides(recorded)), "pd", "p50 ms")
    assert found.trend == "same" and found.before != found.now


def test_a_difference_far_under_its_limit_is_rounding(recorded: Path) -> None:
    def differing(value: float) -> Measure:
        edited(recorded, lambda report: report["models"][0].update(max_abs_diff=value))
        edited(recorded, lambda report: report["models"][0].update(max_abs_diff=1.4e-6), RUN)
        return measure(compare(*sides(recorded)), "checkpoint", "max diff")

    assert differing(5.1e-6).trend == "same"
    assert differing(5.1e-4).trend == "worse"


def test_limits_are_part_of_what_is_compared(recorded: Path) -> None:
    def raised(report: dict[str, Any]) -> None:
        limit = next(it for it in report["limits"] if it["asked"] == "min_accuracy")
        limit.update(limit=0.999, kept=False)

    edited(recorded, raised)
    (pair,) = compare(*sides(recorded)).limits
    assert (pair.before.limit, pair.now.limit) == (0.97, 0.999)
    assert [(it.model, it.value) for it in pair.broken] == [("pd", 0.996667)]
    edited(recorded, lambda report: report.pop("limits"))  # a report of before says nothing of them
    assert compare(*sides(recorded)).limits == ()


def test_what_follows_from_another_stage_is_no_change_of_its_own(recorded: Path) -> None:
    def retrained(entry: Entry) -> Entry:
        first, *rest = entry.result.artifacts
        result = replace(entry.result, artifacts=(replace(first, sha256="3" * 64), *rest))
        parameters = {**entry.components.parameters, "epochs": 9}
        return replace(
            entry, result=result, components=replace(entry.components, parameters=parameters)
        )

    def exported(entry: Entry) -> Entry:
        name = next(iter(entry.components.inputs))
        inputs = {**entry.components.inputs, name: "3" * 64}
        return replace(entry, components=replace(entry.components, inputs=inputs))

    before, now = sides(recorded)
    now = changed(changed(now, "train", retrained), "export", exported)
    _data, train, export, *_others = compare(before, now).stages
    assert (train.changes, train.follows) == (("parameter epochs changed (5 → 9)",), ())
    assert (export.origin, export.changes, export.follows) == ("changed", (), ("train",))


def test_a_model_that_only_one_run_has_is_told(recorded: Path) -> None:
    edited(recorded, lambda report: report["models"].pop())
    found = compare(*sides(recorded))
    assert [(pair.name, pair.only) for pair in found.models][-1] == ("nb-arm", "before")
    before, now = sides(recorded)
    assert [pair.only for pair in compare(now, before).models][-1] == "now"


def test_a_model_that_was_not_measured_then_has_a_number_now(recorded: Path) -> None:
    arm = {"status": "measured", "detail": "", "accuracy": 0.9}
    edited(recorded, lambda report: report["models"][3].update(arm))
    found = measure(compare(*sides(recorded)), "nb-arm", "accuracy")
    assert (found.before, found.now, found.trend) == ("–", "90.00%", "other")


def test_changed_inputs_parameters_and_images_are_named(recorded: Path) -> None:
    def edit(entry: Entry) -> Entry:
        components = replace(
            entry.components,
            image="sha256:" + "1" * 64,
            parameters={**entry.components.parameters, "epochs": 9},
            inputs={**entry.components.inputs, "train": "2" * 64},
        )
        return replace(entry, components=components)

    before, now = sides(recorded)
    pair = compare(before, changed(now, "train", edit)).stages[1]
    assert pair.origin == "changed"
    assert any(change.startswith("image changed") for change in pair.changes)
    assert "parameter epochs changed (5 → 9)" in pair.changes
    assert any(change.startswith("input train changed") for change in pair.changes)


def test_other_files_from_the_same_inputs_and_other_versions_are_told(recorded: Path) -> None:
    def edit(entry: Entry) -> Entry:
        first, *rest = entry.result.artifacts
        result = replace(
            entry.result,
            artifacts=(replace(first, sha256="3" * 64), *rest),
            environment={**entry.result.environment, "paddle": "3.2.0"},
        )
        return replace(entry, result=result)

    before, now = sides(recorded)
    pair = compare(before, changed(now, "data", edit)).stages[0]
    assert pair.origin == "same" and pair.files == ("dict.txt",)
    assert pair.environment == (("paddle", "3.1.1", "3.2.0"),)


def test_a_ledger_entry_that_is_gone_is_told(recorded: Path) -> None:
    (recorded / ".paddock" / "ledger.jsonl").write_text("")
    found = compare(*sides(recorded))
    assert {pair.origin for pair in found.stages} == {"unknown"}
    assert {pair.seconds for pair in found.stages} == {(None, None)}


def test_a_run_cut_short_lacks_stages_and_report(recorded: Path) -> None:
    run = recorded / ".paddock" / "runs" / CACHED_RUN
    lines = (run / "events.jsonl").read_text().splitlines(keepends=True)
    (run / "events.jsonl").write_text("".join(lines[:8]) + lines[8][:20])
    (run / "report.json").unlink()
    found = compare(*sides(recorded))
    assert [side.run for side in found.lacking] == [CACHED_RUN] and found.models == ()
    assert [pair.origin for pair in found.stages] == ["same", "same", "absent", "absent", "absent"]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"models": 3}', '{"models": [{}]}', "\x00"])
def test_a_damaged_report_counts_as_none(recorded: Path, text: str) -> None:
    (recorded / ".paddock" / "runs" / CACHED_RUN / "report.json").write_text(text)
    assert [side.run for side in compare(*sides(recorded)).lacking] == [CACHED_RUN]


def test_report_of_an_earlier_version_counts_as_none(recorded: Path) -> None:
    edited(recorded, lambda report: report.update(schema_version=1))
    assert [side.run for side in compare(*sides(recorded)).lacking] == [CACHED_RUN]


def test_accuracy_that_stands_for_a_run(tmp_path: Path) -> None:
    project = load_project(write_project(tmp_path / "project"))

    def score(**accuracies: float) -> float | None:
        named = {name.replace("_", "-"): value for name, value in accuracies.items()}
        models = [make_model(name, accuracy=value) for name, value in named.items()]
        return shipped_score(make_report(project, make_parity(*models, UNCHECKED)))

    assert score(checkpoint=0.1, pd=0.2, nb_x86=0.3) == 0.3
    assert score(checkpoint=0.1, pd=0.2) == 0.2
    dead = make_parity(make_failed("pd", Fault.DIED, "aborted"), UNCHECKED)
    assert shipped_score(make_report(project, dead)) is None


def test_runs_of_two_tasks_have_in_common_what_both_measure(recorded: Path) -> None:
    """A project whose task was changed: its accuracy then is no hmean now."""

    def edit(report: dict[str, Any]) -> None:
        report["task"] = "detection"
        report["models"] = [encode(make_boxes(name)) for name in ("pir", "pd", "nb-x86")]
        del report["dictionary"]

    edited(recorded, edit)
    found = compare(*sides(recorded))
    assert (measure(found, "pd", "accuracy").before, measure(found, "pd", "accuracy").now) == (
        "99.67%",
        "–",
    )
    assert measure(found, "pd", "hmean").now == "92.00%"
    assert measure(found, "pd", "p50 ms").trend == "other"
    assert ("pir", "now") in [(pair.name, pair.only) for pair in found.models]
    now = sides(recorded)[1].report
    assert now and shipped_score(now) == 0.92
