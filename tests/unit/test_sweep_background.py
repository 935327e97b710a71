"""A sweep in the background: started with what was asked of it, and told in its own record."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.record.events import RunFailed, RunFinished, RunStarted
from pipeline.record.runs import latest_sweep, list_runs, sweep_folder
from pipeline.run.background import stop
from pipeline.run.options import Options
from pipeline.sweep.background import start_sweep
from pipeline.sweep.drive import Asked
from stages.contract import Exit
from support.background import (
    SilentEngine,
    events_of,
    finished,
    nothing_left_behind,
    wait_until_running,
)
from support.cli import NO_ENGINE
from support.patience import PATIENCE
from support.projects import MINIMAL, write_project

ENVIRON = {**os.environ, **NO_ENGINE}
SWEEP = "\n[sweep.matrix]\ntrain.seed = [1, 2]\n"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    made = write_project(tmp_path / "p", MINIMAL + SWEEP)
    with nothing_left_behind(made / ".paddock"):
        yield made


def asked(*only: str, jobs: int = 1, **options: object) -> Asked:
    return Asked(Options(**options), jobs, only)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wanted", "code", "said"),
    [
        (asked(), Exit.ENGINE, "not running"),
        (asked("seed=3"), Exit.USAGE, "has no member 'seed=3'"),
        (asked(locked=True), Exit.USAGE, "no lock here"),
    ],
    ids=["no-engine", "no-such-member", "no-lock"],
)
def test_what_it_refuses_is_in_its_record(
    folder: Path, wanted: Asked, code: Exit, said: str
) -> None:
    started = start_sweep(folder, wanted, ENVIRON)
    *_before, failed, ended = (item.event for item in finished(started.folder))
    assert isinstance(failed, RunFailed) and said in failed.message
    assert isinstance(ended, RunFinished) and ended.code == code
    assert started.process.wait(PATIENCE) == code
    state = folder / ".paddock"
    assert latest_sweep(state) == started.run and list_runs(state) == ()
    assert sweep_folder(state, started.run) == started.folder


def test_it_goes_on_without_its_terminal_and_stops_when_it_is_told(folder: Path) -> None:
    with SilentEngine() as engine:
        started = start_sweep(folder, asked(jobs=2, last="data"), engine.environ)
        who = wait_until_running(folder / ".paddock")
        assert who.pid == started.process.pid
        os.kill(who.pid, signal.SIGHUP)
        stop(who)
        engine.close()
        *_before, ended = (item.event for item in finished(started.folder))
    assert isinstance(ended, RunFinished) and ended.code == Exit.INTERRUPTED
    assert not any(isinstance(item.event, RunStarted) for item in events_of(started.folder))


def test_there_has_to_be_a_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a folder"):
        start_sweep(tmp_path / "none", asked(), ENVIRON)
