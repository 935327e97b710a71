"""How long a stage and a run still take: counted down, withdrawn, or told why it is not known."""

from datetime import datetime, timedelta, timezone

import pytest

from stages.contract import Progress
from stages.message import msg
from tui.views.outlook import Outlook, run_outlook, stage_outlook
from tui.views.run import RunView, StageView

BEGUN = datetime(2026, 11, 22, 17, 0, tzinfo=timezone.utc)
LOADING, TOOL = msg("loading the checkpoint"), msg("PaddleOCR's export_model.py")


def at(seconds: float) -> datetime:
    return BEGUN + timedelta(seconds=seconds)


def gone_through(*said: tuple[float, Progress], seconds: float | None = None) -> StageView:
    """Return a stage after what it said, each at so many seconds; with ``seconds`` it is over."""
    stage = StageView("export", "running" if seconds is None else "done", started=BEGUN)
    stage.seconds = seconds
    for second, progress in said:
        stage.advance(progress, at(second))
    return stage


def epoch(done: int, *, of: int = 100) -> Progress:
    return Progress(done, of, "steps", msg("epoch {epoch}/{epochs}", done // 10, of // 10))


#: Loading took 5 s, the tool 20 s, the rest 5 s.
LAST = gone_through(
    (1, Progress(0, 4, "steps", LOADING)),
    (6, Progress(1, 4, "steps", TOOL)),
    (26, Progress(3, 4, "steps", "writing")),
    seconds=31.0,
)


def test_few_steps_of_any_length_have_no_pace() -> None:
    """Of four steps the first is no quarter of the time."""
    stage = gone_through((1, Progress(0, 4, "steps", LOADING)), (6, Progress(1, 4, "steps", TOOL)))
    outlook = stage_outlook(stage, None, at(20))
    assert outlook == Outlook(unknown="export")
    assert outlook.words == "no earlier export to go by"


def test_what_it_took_last_time_is_counted_down_and_withdrawn() -> None:
    stage = gone_through((2, Progress(0, 4, "steps", LOADING)), (9, Progress(1, 4, "steps", TOOL)))
    assert stage_outlook(stage, LAST, at(9)).left == pytest.approx(25)  # of the tool on
    assert stage_outlook(stage, LAST, at(19)).left == pytest.approx(15)  # no event came meanwhile
    late = stage_outlook(stage, LAST, at(40))
    assert late.left is None and late.words == "longer than last time"
    assert stage_outlook(gone_through(), LAST, at(3)).left == pytest.approx(28)  # nothing said yet


def test_work_in_many_alike_units_goes_by_its_own_pace() -> None:
    stage = gone_through((10, epoch(0)), (20, epoch(10)))
    assert stage_outlook(stage, None, at(20)).left == pytest.approx(90)
    assert stage_outlook(stage, None, at(20)).words == "1 min 30 s left in this step"
    assert stage_outlook(stage, None, at(50)).left == pytest.approx(60)
    assert stage_outlook(stage, None, at(111)).words == "longer than expected"


def test_what_came_after_the_work_last_time_is_added_to_its_pace() -> None:
    writing = Progress(100, 100, "steps", "writing")
    last = gone_through((10, epoch(0)), (20, epoch(20)), (60, writing), seconds=75.0)
    stage = gone_through((10, epoch(0)), (20, epoch(10)))
    assert stage_outlook(stage, last, at(20)).left == pytest.approx(90 + 15)


def test_a_run_counts_what_is_still_to_come() -> None:
    running = gone_through((1, Progress(0, 4, "steps", LOADING)))
    verify, skipped = StageView("verify", planned="wait"), StageView("train", "skipped")
    view = RunView(stages={it.name: it for it in (skipped, running, verify)})
    known = {"export": LAST, "verify": StageView("verify", "done", seconds=100.0)}
    assert run_outlook(view, known, at(11)).left == pytest.approx(20 + 100)
    assert run_outlook(view, {"export": LAST}, at(11)).unknown == "verify"
    assert run_outlook(view, {}, at(11)).unknown == "export"
    alike = gone_through(
        (10, epoch(0)), (20, epoch(10))
    )  # the pace of a step is not all of a stage
    assert run_outlook(RunView(stages={"export": alike}), {}, at(20)).unknown == "export"
