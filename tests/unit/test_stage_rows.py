"""What the list of stages says in its lines, at the width of a screen of 80 columns."""

from collections import deque
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest
from rich.text import Text

from pipeline.record.events import ResourcesUsed, RunFinished
from stages.contract import ExportMetrics, Progress, Warned
from stages.message import msg
from tui.appearance import Appearance, use
from tui.views.run import RunView, StageView
from tui.widgets.header import status_line
from tui.widgets.run_clock import clock_lines
from tui.widgets.stage_list import rows
from tui.widgets.usage import sparkline, usage_text

WIDTH = 30
NOW = datetime(2026, 11, 22, 17, 30, tzinfo=timezone.utc)
EXPORTED = ExportMetrics(338, 234, 0.0).dump()


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("tui.views.outlook.clock", lambda: NOW)
    yield
    use(Appearance())


def running(name: str, seconds: float, progress: Progress | None = None) -> StageView:
    stage = StageView(name, "running", started=NOW - timedelta(seconds=seconds))
    if progress:
        stage.advance(progress, NOW)
    return stage


def done(name: str, seconds: float) -> StageView:
    return StageView(name, "done", seconds=seconds)


def said(
    *stages: StageView, last: tuple[StageView, ...] = (), lines: int = 2, is_plan: bool = False
) -> list[str]:
    before = {stage.name: stage for stage in last}
    found = [text.plain for _name, text in rows(stages, before, WIDTH, lines, is_plan=is_plan)]
    return [line.rstrip() for text in found for line in text.splitlines()]


def test_what_became_of_it_stands_below_its_state() -> None:
    stage = StageView("export", "done", seconds=16.3, results=EXPORTED)
    stage.warnings.append(Warned("look"))
    assert said(stage) == ["export   ✔ done ! 1       16 s", "  equal to the checkpoint"]
    stage.state = "cached"  # with the time it took then
    assert said(stage) == ["export   ✔ cached ! 1     16 s", "  equal to the checkpoint"]


def test_a_stage_that_has_not_run_says_what_is_planned_and_why() -> None:
    plan = (
        StageView("data", planned="run", reason="never run"),
        StageView("train", "skipped", planned="skip", reason="a PD model is given"),
        StageView("export", planned="wait", reason="after data"),
    )
    assert said(plan[2])[0] == "export   ○ waiting"  # in a run
    assert said(*plan, is_plan=True) == [
        "data     ▶ would run", "  never run",
        "train    – skipped", "  a PD model is given",
        "export   … would follow", "  after data",
    ]  # fmt: skip


def test_while_it_runs_share_and_time_are_of_the_whole_stage() -> None:
    stage = running("export", 10, Progress(1, 4, "steps", msg("a step")))
    assert said(stage) == ["export   ▶ running        10 s", "  ██░░░░░░░░  25% a step"]
    last = done("export", 40)
    last.course.steps = {stage.course.step: 5.0}
    expected = stage.course.steps[stage.course.step] + 35 - 10
    assert f"{expected:.0f} s left" in said(stage, last=(last,))[1]


def test_bars_hold_this_run_against_the_last_on_one_scale() -> None:
    bars = said(done("data", 10), done("train", 70), done("verify", 35), last=(
        done("train", 35), done("verify", 70)), lines=3)[2::3]  # fmt: skip
    assert bars == ["  ████", "  " + "█" * 14 + "▓" * 14, "  " + "█" * 14 + "░" * 14]


def test_the_runs_time_counts_down_or_says_why_not() -> None:
    stage = running("export", 10, Progress(0, 4, "steps"))
    view = RunView(started=NOW - timedelta(seconds=70), stages={"export": stage})
    assert [*clock_lines(view, {}, NOW)] == ["1 min 10 s · no earlier export to go by"]
    last = {"export": done("export", 40)}
    last["export"].course.steps = dict(stage.course.steps)
    assert [*clock_lines(view, last, NOW)] == ["1 min 10 s · 30 s left"]
    over = RunView(started=NOW, finished=RunFinished(0, 60.0), stages={"data": done("data", 50)})
    assert [*clock_lines(over, {}, NOW)] == ["took 1 min 00 s"]
    assert [*clock_lines(over, {"data": done("data", 40)}, NOW)] == [
        "took 1 min 00 s · 40 s last time"
    ]


def test_the_last_minute_as_a_line() -> None:
    samples = [(NOW - timedelta(seconds=60 - at), at / 60) for at in range(2, 61, 2)]
    assert sparkline(samples, NOW, 1.0, 8) == "▂▃▄▅▅▆▇█"
    assert sparkline(samples[-1:], NOW, 1.0, 8) == "       █"
    assert sparkline([], NOW, 1.0, 8) == " " * 8
    used = deque([(NOW, ResourcesUsed(1.9, 1 << 30, 1 << 31))])
    for ascii_only in (False, True):
        use(Appearance(ascii_only=ascii_only))
        text = usage_text(RunView(used=used), WIDTH).plain
        assert text.isascii() == ascii_only
        cpu, memory = text.splitlines()
        assert cpu.startswith("CPU") and cpu.endswith("1.9 CPUs") and len(memory) <= WIDTH


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (80, "Paddock · plates · ▶ train 2/5 · 1 min 06 s · ! 1"),
        (58, "Paddock · plates · ▶ train 2/5 · 1 min 06 s · ! 1"),
        (40, "plates · ▶ train 2/5 · 1 min 06 s · ! 1"),
        (37, "p…es · ▶ train 2/5 · 1 min 06 s · ! 1"),
        (30, "▶ train 2/5 · 1 min 06 s · ! 1"),
        (20, "▶ train 2/5 · 1 min…"),
    ],
)
def test_the_top_line_keeps_what_matters_most(width: int, line: str) -> None:
    told = [Text("▶ train 2/5"), Text("1 min 06 s"), Text("! 1")]
    assert status_line("plates", told, width).plain == line
