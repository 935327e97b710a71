"""A run as it looks after its events: what every screen draws from."""

from pathlib import Path

import pytest

from pipeline.record.events import Envelope, EventLog, RunFailed, RunFinished, StageStarted
from pipeline.record.runlock import LOCK_NAME, run_lock
from pipeline.record.runs import RunFolder, create_run, latest_own, run_folder
from stages.contract import Metric
from support.recorded import CACHED_RUN, RUN, recorded_events
from support.results import FILES
from tui.views.run import RunView, view_of
from tui.views.watch import Watch


def view_after(recorded: Path, last: str, run: str = RUN) -> RunView:
    """Apply the recorded events up to and with the first whose line contains ``last``."""
    view = RunView()
    for line in recorded_events(recorded, run):
        view.apply(Envelope.decode(line))
        if last in line:
            break
    return view


def train_begun(state: Path, name: str, member: str = "") -> None:
    """Leave the record of a run, or of a sweep's member, that trains."""
    log = EventLog(run_folder(state, name).events, name, lambda _envelope: None, member)
    log.say(StageStarted("k", "never run", "i", "train.log"), "train")
    log.close()


def test_a_whole_run(recorded: Path) -> None:
    view = view_of(run_folder(recorded / ".paddock", RUN))
    assert [stage.state for stage in view.stages.values()] == ["done"] * 5
    assert view.finished and (view.finished.code, view.finished.verdict) == (0, "pass")
    assert view.running_stage is None and view.failure is None
    train = view.stages["train"]
    step, accuracy = train.curves["val_accuracy"][0]
    assert step == 0 and accuracy == pytest.approx(0.8033, abs=1e-4)
    assert len(train.curves["val_accuracy"]) == 6
    assert train.results["stopped_because"] == "all epochs done"
    assert {item.path for item in view.stages["convert"].artifacts} >= {
        "model_arm.nb",
        "model_x86.nb",
    }
    assert train.log == recorded / ".paddock" / "runs" / RUN / "train.log"


def test_a_stage_that_the_plan_does_not_name_is_left_out(
    recorded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that was recorded before there was such a stage, or of a project that does not have it."""
    monkeypatch.setattr("tui.views.run.STAGES", (*FILES, "another"))
    assert list(RunView().stages) == [*FILES, "another"]
    assert list(view_of(run_folder(recorded / ".paddock", RUN)).stages) == list(FILES)


def test_in_the_middle_of_a_stage(recorded: Path) -> None:
    view = view_after(recorded, '"done": 235, "total": 300')
    running = view.running_stage
    assert running is not None and running.name == "verify" and running.progress
    assert running.progress.done == 235
    assert running.course.until == pytest.approx(71, abs=3)  # it took 71.59 s
    assert view.stages["convert"].state == "done"


def test_everything_cached(recorded: Path) -> None:
    view = view_of(run_folder(recorded / ".paddock", CACHED_RUN))
    assert {stage.state for stage in view.stages.values()} == {"cached"}
    assert {stage.made_in for stage in view.stages.values()} == {RUN}


def test_a_runner_that_died_leaves_no_stage_running(recorded: Path) -> None:
    view = view_after(recorded, '"done": 235, "total": 300')
    view.cut_short()
    assert view.running_stage is None and view.stages["verify"].state == "stopped"


def test_a_failure_ends_what_ran(recorded: Path) -> None:
    view = view_after(recorded, '"done": 235, "total": 300')
    view.apply(Envelope(999, "2026-11-22T17:30:40.000+00:00", RUN, "", RunFailed(3, "no")))
    verify = view.stages["verify"]
    assert (verify.state, verify.failure) == ("failed", "no") and verify.seconds is not None
    assert view.failure and view.failure.message == "no"


def test_a_long_curve_is_thinned_out_and_keeps_its_ends() -> None:
    view = RunView()
    for step in range(5000):
        metric = Metric("loss", 1.0, step)
        view.apply(Envelope(step, "2026-11-22T17:30:40.000+00:00", RUN, "train", metric))
    curve = view.stages["train"].curves["loss"]
    assert len(curve) <= 2001 and curve[0][0] == 0 and curve[-1][0] == 4999


def test_a_project_that_was_moved_finds_its_logs(recorded: Path, tmp_path: Path) -> None:
    moved = recorded.rename(tmp_path / "elsewhere")
    log = view_of(run_folder(moved / ".paddock", RUN)).stages["train"].log
    assert log == moved / ".paddock" / "runs" / RUN / "train.log" and log.is_file()


def test_a_stage_that_a_stopped_run_never_came_to_does_not_wait_for_ever(recorded: Path) -> None:
    view = view_after(recorded, '"type": "stage-started"', RUN)  # all are planned, data runs
    when = "2026-11-22T17:30:40.000+00:00"
    view.apply(Envelope(998, when, RUN, "", RunFailed(5, "no")))
    view.apply(Envelope(999, when, RUN, "", RunFinished(5, 1.0)))
    states = [stage.state for stage in view.stages.values()]
    assert states == ["failed", *["unreached"] * 4]
    assert not any(stage.reason for stage in list(view.stages.values())[1:])


def test_a_sweeps_run_has_not_died_while_its_process_holds_the_lock(tmp_path: Path) -> None:
    """The lock names no run then: there may be several."""
    train_begun(tmp_path, "20260102-030405-0abc")
    watch = Watch(tmp_path)
    with run_lock(tmp_path / LOCK_NAME):
        for _ in range(3):
            watch.poll()
        assert watch.view.running_stage is not None
    for _ in range(3):
        watch.poll()
    assert watch.view.running_stage is None


def test_after_a_sweep_the_last_run_is_the_projects_own(tmp_path: Path) -> None:
    """While it goes on, one of its members is shown: there is nothing else to see."""
    runs = {
        "20260102-030405-0abc": "",
        "20260103-030405-0abc": "seed=1",
        "20260104-030405-0abc": "seed=2",
    }
    for name, member in runs.items():
        train_begun(tmp_path, name, member)
    own, *_members, last = runs
    with run_lock(tmp_path / LOCK_NAME):
        watch = Watch(tmp_path)
        watch.poll()
        assert watch.run is not None and watch.run.name == last
    watch = Watch(tmp_path)
    watch.poll()
    assert watch.run is not None and watch.run.name == own and not watch.is_earlier
    watch.choose(run_folder(tmp_path, last))
    assert watch.is_earlier
    watch.choose_latest()
    assert watch.run.name == own and not watch.is_earlier


def test_a_project_with_a_thousand_members_is_looked_through_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        train_begun(tmp_path, f"20260103-030405-{number:04x}", "seed=1")
    asked: list[Path] = []

    def counted(state: Path) -> RunFolder | None:
        asked.append(state)
        return latest_own(state)

    monkeypatch.setattr("tui.views.watch.latest_own", counted)
    watch = Watch(tmp_path)
    for _ in range(5):
        watch.poll()
    assert watch.run is None and len(asked) == 1
    create_run(tmp_path)
    watch.poll()
    assert len(asked) == 2
