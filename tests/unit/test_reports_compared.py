"""Two reports beside each other: what differs, line by line, and whether that is more than chance."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import UsageError
from pipeline.project import load_project
from pipeline.record.runs import run_folder
from pipeline.report.comparison_forms import comparison_json, comparison_markdown
from pipeline.report.find import find, newest
from pipeline.report.html import Beside, render_comparison, render_html
from pipeline.report.lines_compared import Paired
from pipeline.report.model import Report, load_report
from pipeline.report.reports_compared import (
    ReportComparison,
    compare_reports,
    ledger_of,
    side_of,
    side_of_run,
    with_last_other,
)
from stages.contract import Mismatch
from support.hostile_report import HOSTILE
from support.recorded import CACHED_RUN, RUN
from support.results import make_model, make_parity, make_report


def report(folder: Path, *lines: Mismatch, **edits: Any) -> Report:
    models = (make_model("pd"), make_model("nb-x86"))
    made = make_report(load_project(folder), make_parity(*models, mismatches=lines))
    return made.model_copy(update=edits)


def compared(before: Report, now: Report) -> ReportComparison:
    return compare_reports(side_of(before), side_of(now))


@pytest.mark.parametrize(
    ("worse", "better", "p"),
    [
        (0, 0, 1.0), (0, 1, 1.0), (1, 1, 1.0), (0, 5, 0.0625), (5, 0, 0.0625), (2, 10, 0.038574),
        (6, 16, 0.052479),
    ],
)  # fmt: skip
def test_chance_is_mcnemars_exact_test(worse: int, better: int, p: float) -> None:
    found = Paired("pd", 300, worse, better)
    assert found.p == pytest.approx(p, abs=1e-6)
    assert found.is_chance is (p >= 0.05)


def test_many_images_are_counted_exactly() -> None:
    assert Paired("pd", 10**6, 10_000, 10_000).p == 1.0
    assert 0 <= Paired("pd", 10**6, 9_000, 11_000).p < 1e-9


def test_lines_are_held_against_each_other_also_those_that_one_report_does_not_list(
    folder: Path,
) -> None:
    before = report(
        folder,
        Mismatch("a", "A", {"pd": "B", "nb-x86": "B"}),
        Mismatch("b", "A", {"pd": "B", "nb-x86": "A"}),
    )
    now = report(
        folder,
        Mismatch("b", "A", {"pd": "C", "nb-x86": "A"}),
        Mismatch("c", "A", {"pd": "A", "nb-x86": "X"}),
    )
    found = {
        (it.model, it.image): (it.before, it.now, it.trend) for it in compared(before, now).lines
    }
    assert found == {
        ("pd", "a"): ("B", "A", "better"),
        ("nb-x86", "a"): ("B", "A", "better"),
        ("pd", "b"): ("B", "C", "other"),
        ("nb-x86", "c"): ("A", "X", "worse"),
    }
    counts = {it.model: (it.worse, it.better) for it in compared(before, now).paired}
    assert counts == {"pd": (0, 1), "nb-x86": (1, 1)}


def test_other_test_images_are_not_held_against_each_other(folder: Path) -> None:
    before = report(folder, Mismatch("a", "A", {"pd": "B", "nb-x86": "B"}))
    artifacts = tuple(
        it.model_copy(update={"sha256": "0" * 64}) if it.path == "test.txt" else it
        for it in before.artifacts
    )
    found = compared(before, report(folder, artifacts=artifacts))
    assert (found.same_images, found.lines, found.paired) == (False, (), ())
    for text in (comparison_markdown(found), render_comparison(found)):
        assert "no line can be held against another" in text
    assert json.loads(comparison_json(found))["same_images"] is False


def test_a_run_of_the_same_differs_in_nothing(folder: Path) -> None:
    found = compared(report(folder), report(folder, run="run-2"))
    assert found.is_empty and "Nothing differs." in comparison_markdown(found)


def test_what_went_in_is_told_as_far_as_the_record_knows(recorded: Path) -> None:
    alone = compared(
        load_report(recorded / "out" / "report.json"), load_report(recorded / "out" / "report.json")
    )
    assert not alone.is_recorded and "not on record" in comparison_markdown(alone)
    state = recorded / ".paddock"
    both = compare_reports(
        side_of_run(run_folder(state, RUN)), side_of_run(run_folder(state, CACHED_RUN))
    )
    assert both.is_recorded and not both.went_in


def test_the_run_before_is_the_last_that_says_something_else(recorded: Path) -> None:
    state = recorded / ".paddock"
    report = load_report(recorded / "out" / "report.json").model_copy(update={"run": CACHED_RUN})
    side = side_of_run(run_folder(state, CACHED_RUN))
    ledger = ledger_of(state)
    assert with_last_other(state, ledger, report, side) is None  # the one before says the same
    other = report.model_copy(update={"images": 299})
    found = with_last_other(state, ledger, other, side)
    assert found is not None and (found.before.run, found.before.images, found.now.images) == (
        RUN,
        300,
        299,
    )
    assert with_last_other(state, ledger, other, side, "a sweep's member") is None
    page = render_html(other, Beside(before=found))
    assert "What differs from the run before" in page and RUN in page


def test_a_run_is_found_by_its_name_its_end_a_folder_or_a_file(
    recorded: Path, tmp_path: Path
) -> None:
    run = recorded / ".paddock" / "runs" / RUN
    copy = tmp_path / "from-elsewhere.json"
    copy.write_bytes((run / "report.json").read_bytes())
    for name in (RUN, RUN[-4:], str(run), str(run / "report.json")):
        found = find(name, recorded)
        assert found.run is not None and found.run.name == RUN and found.side.entries
    alone = find(str(copy), recorded)
    assert alone.run is None and alone.report.run == RUN and not alone.side.entries
    assert newest(recorded).report.project == "alphanumeric"


def test_what_is_no_run_is_named_with_what_to_do(recorded: Path, tmp_path: Path) -> None:
    for name, said in (
        ("nope", "no run, folder or file"),
        ("2026", "2 runs begin"),
        (str(tmp_path), "no report yet"),
    ):
        with pytest.raises(UsageError, match=said) as caught:
            find(name, recorded)
        assert caught.value.remedy
    (recorded / ".paddock" / "runs" / CACHED_RUN / "report.json").unlink()
    with pytest.raises(UsageError, match="has no report"):
        find(CACHED_RUN, recorded)
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(UsageError, match="cannot be read"):
        find(str(tmp_path / "bad.json"), recorded)


def test_no_text_of_two_reports_becomes_markup(folder: Path) -> None:
    before = report(
        folder,
        Mismatch(HOSTILE, HOSTILE, {"pd": "A", "nb-x86": HOSTILE}),
        project=HOSTILE,
        run=HOSTILE,
    )
    found = compared(before, report(folder, environment={"data": {HOSTILE: HOSTILE}}))
    assert found.lines and found.environment
    for text in (comparison_markdown(found), render_comparison(found), comparison_json(found)):
        assert all(line.isprintable() for line in text.split("\n"))
    assert "<script" not in render_comparison(found)
    table = comparison_markdown(found)
    assert "<script" not in table.replace("\\<", "") and "forged | row" not in table


def test_all_three_forms_tell_of_the_same_lines(folder: Path) -> None:
    before = report(
        folder, *(Mismatch(f"{n}.png", "A", {"pd": "B", "nb-x86": "A"}) for n in range(60))
    )
    found = compared(before, report(folder))
    said = json.loads(comparison_json(found))
    assert len(said["lines"]) == 60 and said["paired"][0]["better"] == 60
    assert "… and 10 more" in comparison_markdown(found) and "hardly chance" in comparison_markdown(
        found
    )
    assert "59.png" in render_comparison(found) and "hardly chance" in render_comparison(found)
