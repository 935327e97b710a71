"""Two runs compared, as they are drawn: what changed first, what moved, and all on one small screen."""

from dataclasses import replace
from typing import Any

from rich.console import Console

from pipeline.record.runs import Ending, RunSummary
from pipeline.record.verdict import Asked, Judgement, Limit, Verdict
from pipeline.report.model import Report, parse_report
from pipeline.report.runs_compared import Comparison, Side, StagePair, compare
from support.recorded import FINE_TUNED
from tui.widgets.comparison import ComparisonView

REPORT = parse_report((FINE_TUNED.source / "out" / "report.json").read_bytes())
DONE = RunSummary("2026-11-22T17:27:49Z", 172.0, 0, Judgement(Verdict.PASS))
WAS = Side("20261122-172749-302e", DONE, {}, REPORT)


def drawn(comparison: Comparison, width: int = 78) -> list[str]:
    """Return the lines of a comparison, without an app."""
    view, console = ComparisonView(), Console(width=width, color_system=None)
    view.show(comparison)
    with console.capture() as captured:
        console.print(view.content)
    return [line.rstrip() for line in captured.get().splitlines()]


def line_with(lines: list[str], text: str) -> str:
    return next(line for line in lines if text in line)


def worse(**changes: Any) -> Report:
    models = tuple(replace(it, **changes) if it.is_measured else it for it in REPORT.models)
    return REPORT.model_copy(update={"models": models})


def stages(**endings: Ending | None) -> tuple[StagePair, ...]:
    return tuple(StagePair(name, "finished", ending, "same") for name, ending in endings.items())


def test_a_changed_limit_says_what_it_no_longer_allows() -> None:
    limits = [
        replace(it, limit=0.999, kept=False) if it.asked is Asked.MIN_ACCURACY else it
        for it in REPORT.limits
    ]
    report = REPORT.model_copy(update={"limits": tuple(limits)})
    judged = Judgement(Verdict.ACCURACY, (), (), tuple(limits))
    now = Side("20261122-175118-0203", replace(DONE, code=1, judgement=judged), {}, report)
    found = replace(compare(WAS, now), stages=stages(data="cached", verify="cached"))
    lines = drawn(found)
    assert "✔ PASS" in lines[0] and "✘ FAIL by accuracy" in lines[1]
    assert (
        line_with(lines, "limit").split(maxsplit=1)[1]
        == "min_accuracy 0.97 → 0.999; pd 99.67% is under it"
    )
    assert line_with(lines, "nothing changed in") == "✔ nothing changed in data, verify"
    assert line_with(lines, "nothing moved").startswith(
        "✔ nothing moved (speed and memory count from 25%"
    )


def test_a_comparison_fits_one_small_screen() -> None:
    now = Side(
        "20261122-175118-0203", DONE, {}, worse(accuracy=0.5, ned=0.7, agreement=0.9, size=1)
    )
    changed = (
        StagePair(
            "train", "finished", "finished", "changed", ("parameter epochs changed (5 → 9)",)
        ),
        StagePair("export", "finished", "finished", "changed", (), ("train",)),
        StagePair("verify", "finished", "failed", "changed", (), ("export", "convert")),
    )
    lines = drawn(replace(compare(WAS, now), stages=changed))
    assert len(lines) <= 21 and all(len(line) <= 78 for line in lines)
    assert line_with(lines, "epochs").startswith("train ")
    assert line_with(lines, "export").endswith("follows from train")
    assert "✔ done → ✘ failed" in line_with(lines, "verify")
    heads = lines[next(at for at, line in enumerate(lines) if line == "What came out") + 1].split()
    assert heads == ["checkpoint", "pd", "nb-x86"]
    row = line_with(lines, "accuracy").split()
    assert row == ["accuracy", "99.67→50.00%", "99.67→50.00%", "99.67→50.00%", "↓", "worse"]
    assert line_with(lines, "= PD").endswith("↓ worse")


def test_a_run_that_goes_on_has_a_clock_and_is_no_run_that_stopped() -> None:
    started = RunSummary("2026-11-22T17:51:19Z", 2.0, None, stages={"convert": "unfinished"})
    now = Side("20261122-175118-0203", started)
    lines = drawn(replace(compare(WAS, now), stages=stages(convert="unfinished", verify=None)))
    assert "▶ running" in lines[1] and " min " in lines[1]  # up to now, not to the last event
    assert line_with(lines, "convert").split() == ["convert", "▶", "running"]
    assert line_with(lines, "verify").split() == ["verify", "○", "waiting"]
    assert "▶ 20261122-175118-0203 goes on: no report yet" in lines
    cut = replace(now, summary=replace(started, cut_short=True))
    lines = drawn(replace(compare(WAS, cut), stages=stages(convert="unfinished")))
    assert "✔ done → ■ stopped" in line_with(lines, "convert")


def test_limits_of_anything_above_nothing_are_said_in_words() -> None:
    now = Limit(Asked.MIN_ACCURACY, "pd", "accuracy", True, 0.9, 0.5)
    reports = [
        REPORT.model_copy(update={"limits": (replace(now, limit=it),)}) for it in (None, 0.5)
    ]
    was, has = (Side("a-run", DONE, {}, report) for report in reports)
    lines = drawn(replace(compare(was, has), stages=stages(data="cached")))
    assert line_with(lines, "limit").endswith("  min_accuracy above 0 → 0.5")
