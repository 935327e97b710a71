"""Whatever a label, a file name or a log holds, it is shown and never obeyed."""

import re
from pathlib import Path

import pytest

import picture
from pipeline.errors import UsageError
from pipeline.project import load_project
from pipeline.record.events import (
    AnyEvent,
    Delivered,
    Envelope,
    Noted,
    RunFailed,
    RunFinished,
    RunStarted,
    StageCached,
    StageFinished,
    StagePlanned,
    StageSkipped,
    StageStarted,
)
from pipeline.report.model import Report, load_report
from pipeline.run.options import Options
from stages.contract import ArtifactMade, EnvironmentRead, Metric, Mismatch, Progress, Warned
from support.projects import write_project
from support.recorded import recorded_project
from support.reports import own_report
from support.results import make_boxes, make_chain, make_parity, make_report
from tui.console import Terminal
from tui.printer import Printer, print_report
from tui.table import print_parity

HOSTILE = "\x1b[2J\x1b]0;owned\x07[red]x[/red][link=u]\r\nerror: forged\x9b1A\u202egnp\x00"
EVENTS: tuple[AnyEvent, ...] = (
    RunStarted(HOSTILE, HOSTILE, 7, HOSTILE, HOSTILE, HOSTILE),
    StagePlanned("run", HOSTILE, HOSTILE),
    StageStarted(HOSTILE, HOSTILE, HOSTILE, HOSTILE),
    StageCached(HOSTILE, HOSTILE),
    StageSkipped(HOSTILE),
    StageFinished(HOSTILE, 1.5, {HOSTILE: HOSTILE}),
    Noted(HOSTILE),
    RunFailed(3, HOSTILE, HOSTILE, HOSTILE, (HOSTILE,)),
    Delivered(HOSTILE, (HOSTILE,)),
    RunFinished(1, 2.5, "fail", (HOSTILE,)),
    Progress(1, 10, HOSTILE, HOSTILE),
    Metric(HOSTILE, 0.25, 3),
    ArtifactMade(HOSTILE, 3, HOSTILE, HOSTILE),
    Warned(HOSTILE, HOSTILE),
    EnvironmentRead({HOSTILE: HOSTILE}),
)

#: What rich itself writes for colour; nothing of it moves a cursor.
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def check(said: str) -> None:
    plain = COLOUR.sub("", said)
    assert all(line.isprintable() for line in plain.split("\n"))
    assert "owned" not in plain or "\\x1b]0;owned\\x07" in plain.replace("\n", "")
    assert not any(line.startswith("error: forged") for line in plain.split("\n"))


def envelope(event: AnyEvent) -> Envelope:
    return Envelope(0, "t", "r", HOSTILE, event)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_event_cannot_drive_the_terminal(
    event: AnyEvent, capsys: pytest.CaptureFixture[str]
) -> None:
    Printer(Terminal(), show_plan=True).show(envelope(event))
    said = capsys.readouterr()
    for stream in (said.out, said.err):
        check(stream)
    assert "[red]x[/red]" in said.out + said.err


def test_one_event_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    printer = Printer(Terminal(), show_plan=True)
    printed = [event for event in EVENTS if not isinstance(event, RunFailed)]
    for event in printed:
        printer.show(envelope(event))
    assert len(capsys.readouterr().out.splitlines()) == len(printed)


@pytest.fixture
def report(tmp_path: Path) -> Report:
    project = load_project(write_project(tmp_path / "p"))
    mismatch = Mismatch(HOSTILE, HOSTILE, {"pd": HOSTILE, "nb-x86": "AB0"})
    made = make_report(project, make_parity(mismatches=(mismatch,) * 7))
    return made.model_copy(update={"reasons": (HOSTILE,), "remarks": (HOSTILE,)})


@pytest.mark.parametrize("width", [40, 80, 200])
def test_parity_table_cannot_drive_the_terminal(
    report: Report, width: int, capsys: pytest.CaptureFixture[str]
) -> None:
    print_parity(report, Terminal(width))
    said = capsys.readouterr()
    check(said.out)
    assert said.err == ""
    assert "… and 2 more: see report.md" in said.out


def test_parity_table_has_a_row_a_model(report: Report, capsys: pytest.CaptureFixture[str]) -> None:
    print_parity(report.model_copy(update={"mismatches": ()}), Terminal(200))
    lines = capsys.readouterr().out.splitlines()
    for name in ("checkpoint", "pd", "nb-x86", "nb-arm"):
        assert sum(line.startswith(f" {name} ") or line.startswith(name) for line in lines) == 1
    assert any("nb-arm (emulated)" in line for line in lines)
    assert any("to load nb-arm, nb-x86: Paddle-Lite 2.13 or newer" in line for line in lines)


def test_colour_is_never_the_only_sign(report: Report, capsys: pytest.CaptureFixture[str]) -> None:
    print_parity(report.model_copy(update={"reasons": ()}), Terminal(200))
    said = capsys.readouterr().out
    assert "✔ PASS" in said and "\x1b" not in said


def test_error_says_what_where_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal().error(UsageError(f"first\nsecond {HOSTILE}", HOSTILE, HOSTILE))
    said = capsys.readouterr()
    assert said.out == ""
    check(said.err)
    lines = said.err.splitlines()
    assert lines[0] == "error: first"
    assert lines[1].startswith("       second")
    assert [line[:8] for line in lines[-2:]] == ["  where:", "  do:   "]


def test_failure_goes_to_stderr_and_the_end_of_a_failed_run_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    printer = Printer(Terminal())
    printer.show(Envelope(0, "t", "r", "", RunFailed(4, "no engine", "unix:///x", "start it")))
    printer.show(Envelope(1, "t", "r", "", RunFinished(4, 0.1)))
    said = capsys.readouterr()
    assert said.out == ""
    assert "error: no engine" in said.err


@pytest.mark.parametrize("code", [0, 1])
def test_end_of_a_run_that_came_through_is_a_result(
    code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    Printer(Terminal()).show(Envelope(1, "t", "r", "", RunFinished(code, 0.1)))
    said = capsys.readouterr()
    assert said.out and not said.err


def test_progress_is_not_repeated_line_by_line(capsys: pytest.CaptureFixture[str]) -> None:
    printer = Printer(Terminal())
    for done in range(1, 1001):
        printer.show(Envelope(0, "t", "r", "train", Progress(done, 1000, "images")))
    lines = capsys.readouterr().out.splitlines()
    assert 1 <= len(lines) <= 3 and "1000/1000 images (100%)" in lines[-1]


def test_report_of_a_run_that_a_guard_refused_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = recorded_project(tmp_path / "p")
    print_report(folder, 5, Options(), Terminal(200))
    said = capsys.readouterr()
    assert said.out == "" and f"paddock report {folder}" in said.err
    own_report(folder).unlink()
    print_report(folder, 5, Options(), Terminal(200))
    assert capsys.readouterr().err == ""


def test_terminal_says_what_the_guards_and_the_weights_came_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    print_parity(load_report(own_report(recorded_project(tmp_path / "p"))), Terminal(200))
    said = capsys.readouterr().out
    assert "guards: passed 17, enforced 9, not checked 5, does not apply 2" in said
    assert "nb-arm 123/123, nb-x86 123/123" in said


def test_warning_names_its_pitfall(capsys: pytest.CaptureFixture[str]) -> None:
    Printer(Terminal()).show(envelope(Warned("the backbone stays", "", "use-guide")))
    assert "(see: paddock explain use-guide)" in capsys.readouterr().out


def printed_of(report: Report, capsys: pytest.CaptureFixture[str]) -> str:
    print_parity(report, Terminal(140))
    return capsys.readouterr().out


def test_detection_is_printed_in_its_own_columns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    models = [make_boxes(name) for name in ("pir", "pd", "nb-x86")]
    other = Mismatch("a.png", "12 boxes", {"pd": "12 boxes", "nb-x86": "11 boxes"})
    parity = make_parity(*models, task="detection", mismatches=(other,), chain=make_chain())
    made = make_report(load_project(write_project(tmp_path / "p")), parity)
    said = printed_of(made, capsys)
    assert "hmean" in said and "flipped" in said and "dictionary:" not in said
    assert "chained with plates: 431 of 431 lines on 20 pages are read the same" in said
    assert "  a.png: label 12 boxes; pd 12 boxes; nb-x86 11 boxes" in said


def test_training_is_told_in_a_line(report: Report, capsys: pytest.CaptureFixture[str]) -> None:
    line = next(line for line in printed_of(report, capsys).splitlines() if "training:" in line)
    assert "mode frozen: all epochs done; best epoch 2 of 3, 99.00% on val" in line


def test_readings_stand_in_the_order_of_the_models(
    report: Report, capsys: pytest.CaptureFixture[str]
) -> None:
    one = Mismatch("a.png", "A", {"pd": "B", "nb-x86": "", "checkpoint": "B"})
    said = printed_of(report.model_copy(update={"mismatches": (one,)}), capsys)
    assert "  a.png: label 'A'  checkpoint 'B'  pd 'B'  nb-x86 ''" in said


def test_a_finished_run_is_drawn_as_it_was_printed(tmp_path: Path) -> None:
    """scripts/picture.py: lines in plain and in colours, and the table, are all in the picture."""
    picture.main(recorded_project(tmp_path / "p"), tmp_path / "out.svg")
    drawn = (tmp_path / "out.svg").read_text(encoding="utf-8").replace("&#160;", " ")
    for shown in ("started: never run", "done in", "PASS", "nb-x86"):
        assert shown in drawn
