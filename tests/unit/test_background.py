"""A run in the background: it outlives its starter, can be found, stopped, and says all in its file."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.errors import PaddockError, UsageError
from pipeline.record.events import Noted, RunFailed, RunFinished
from pipeline.record.runs import RunFolder, create_run, latest, list_runs, run_folder, summarise
from pipeline.run import background
from pipeline.run.background import Started, running, start, stop
from pipeline.run.options import Options
from stages.contract import Exit
from support.background import (
    SilentEngine,
    events_of,
    finished,
    nothing_left_behind,
    starter,
    wait_until_free,
    wait_until_running,
)
from support.cli import NO_ENGINE, call
from support.patience import PATIENCE, wait_for
from support.projects import write_project

ENVIRON = {**os.environ, **NO_ENGINE}
Here = Callable[[Path, Options], RunFolder]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    made = write_project(tmp_path / "p")
    with nothing_left_behind(made / ".paddock"):
        yield made


@pytest.fixture
def engine() -> Iterator[SilentEngine]:
    with SilentEngine() as made:
        yield made


def refusal(started: Started) -> RunFailed:
    """Wait for a run that was over before it began; return why."""
    failed, ended = (item.event for item in finished(started.folder))
    assert isinstance(failed, RunFailed) and isinstance(ended, RunFinished)
    assert started.process.wait(PATIENCE) == ended.code == failed.code
    return failed


def test_run_says_in_its_file_that_the_engine_is_not_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pipeline", "docker", "stages"):  # modules of the user, not taken for ours
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text("raise SystemExit(99)\n")
    monkeypatch.chdir(folder)
    failed = refusal(start(Path(), Options(), ENVIRON))
    assert failed.code == Exit.ENGINE and "not running" in failed.message
    assert running(folder / ".paddock") is None
    assert call("--batch", folder).returncode == Exit.ENGINE, "the lock is free"
    assert (folder / ".paddock" / ".gitignore").read_text() == "*\n"


def test_broken_project_is_told_in_the_run_s_own_file(folder: Path) -> None:
    (folder / "paddock.toml").write_text("[project]\nname = 7\n")
    started = start(folder, Options(), ENVIRON)
    failed = refusal(started)
    assert failed.code == Exit.USAGE and "project.name" in failed.message
    summary = summarise(started.folder)
    assert (summary.code, summary.message) == (Exit.USAGE, failed.message)
    assert (started.folder.path / background.OUTPUT_FILE).read_text() == ""


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Here:
    """Be the runner's process; return the run's folder."""
    monkeypatch.setattr(background, "_listen_to_signals", lambda _switch: None)
    for name, value in NO_ENGINE.items():
        monkeypatch.setenv(name, value)

    def run(folder: Path, options: Options) -> RunFolder:
        own = create_run(folder / ".paddock")
        code = background.main(background.words_of(folder, own.name, options))
        assert summarise(own).code in (code, None)
        return own

    return run


def test_missing_lock_file_is_told_in_the_run_s_own_file(folder: Path, here: Here) -> None:
    said = summarise(here(folder, Options(locked=True)))
    assert said.code == Exit.USAGE and "there is no lock here" in said.message


def test_options_reach_the_run(folder: Path, here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Options("train", "convert", frozenset({"train", "export"}), True, True)
    heard: list[object] = []

    def run(*arguments: object) -> int:
        heard.extend(arguments)
        return 0

    monkeypatch.setattr("pipeline.run.runner.run", run)
    own = here(folder, asked)
    assert heard[0:2] == [folder, asked] and heard[-1] == own.name


def test_what_goes_wrong_with_the_runner_itself_is_told(
    folder: Path, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> int:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("pipeline.run.runner.run", broken)
    said = summarise(here(folder, Options()))
    assert (said.code, said.message) == (Exit.STAGE, "ZeroDivisionError: a bug")


def test_run_outlives_whoever_started_it(folder: Path, engine: SilentEngine) -> None:
    with starter(folder, engine.environ) as began:
        who = wait_until_running(folder / ".paddock")
        assert (who.run, who.host) == (began.run, socket.gethostname())
        began.kill()
    os.kill(who.pid, signal.SIGHUP)  # the terminal goes too
    assert os.getsid(who.pid) == who.pid
    assert running(folder / ".paddock") == who
    engine.close()
    ended = finished(run_folder(folder / ".paddock", began.run))[-1].event
    assert isinstance(ended, RunFinished) and ended.code == Exit.ENGINE


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, Exit.INTERRUPTED), (signal.SIGTERM, Exit.TERMINATED)]
)
def test_signal_ends_the_run_with_its_code(
    folder: Path, engine: SilentEngine, number: signal.Signals, code: Exit
) -> None:
    started = start(folder, Options(), engine.environ)
    who = wait_until_running(folder / ".paddock")
    assert who.pid == started.process.pid
    other = background.Running(who.pid, who.host, "20260101-000000-0000", who.lock)
    assert not stop(other), "only the run that was meant is stopped"
    assert running(folder / ".paddock") == who
    if number == signal.SIGINT:
        assert stop(who)
    else:
        os.kill(who.pid, number)
    engine.close()
    failed = refusal(started)
    assert failed.code == code and failed.message.startswith("stopped; ")
    assert not stop(who), "there is nothing left to stop"


_OBEDIENT = """
import sys
from pathlib import Path
from pipeline.run.background import _listen_to_signals
from pipeline.record.runlock import run_lock
from pipeline.run.options import StopSwitch
switch = StopSwitch()
_listen_to_signals(switch)
with run_lock(Path(sys.argv[1]) / "lock", "r"):
    sys.stdin.read()
    print(switch(), int(switch.code or 0))
"""


def test_stopping_at_once_gives_two_orders(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _OBEDIENT, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert stop(wait_until_running(tmp_path), at_once=True)
        said, _ = process.communicate(timeout=PATIENCE)
    assert said == "2 130\n"


def test_second_run_is_refused_and_the_first_left_alone(folder: Path, engine: SilentEngine) -> None:
    first = start(folder, Options(), engine.environ)
    who = wait_until_running(folder / ".paddock")
    second = start(folder, Options(), engine.environ)
    failed = refusal(second)
    assert failed.code == Exit.USAGE
    assert f"another run of this project is going on (pid {who.pid} on " in failed.message
    assert first.run in failed.message
    assert running(folder / ".paddock") == who
    assert sorted(path.name for path in first.folder.path.iterdir()) == [
        "events.jsonl",
        background.OUTPUT_FILE,
    ]
    assert [run.name for run in list_runs(folder / ".paddock")] == [second.run, first.run]


def test_killed_runner_is_recognised_and_taken_over(folder: Path, engine: SilentEngine) -> None:
    started = start(folder, Options(), engine.environ)
    wait_until_running(folder / ".paddock")
    assert not summarise(started.folder).cut_short
    started.process.kill()
    assert started.process.wait(PATIENCE) == started.ended() == -signal.SIGKILL
    assert running(folder / ".paddock") is None
    assert not any(isinstance(item.event, RunFinished) for item in events_of(started.folder))
    assert summarise(started.folder).cut_short and summarise(started.folder).code is None
    assert call("--batch", folder).returncode == Exit.ENGINE
    newest = latest(folder / ".paddock")
    assert newest is not None
    after = events_of(newest)
    assert isinstance(after[0].event, Noted)
    assert (
        f"took over from a run that died (pid {started.process.pid} on " in after[0].event.message
    )
    assert started.run in after[0].event.message


def test_looking_all_the_time_never_makes_a_runner_fail(folder: Path) -> None:
    """Also not when a dead one has left its name: only then does a look touch the lock itself."""
    state, over = folder / ".paddock", threading.Event()
    state.mkdir()

    def look() -> None:
        while not over.wait(0.0005):  # without a pause they would keep the runner from starting
            running(state)

    lookers = [threading.Thread(target=look) for _ in range(3)]
    for looker in lookers:
        looker.start()
    try:
        for _ in range(3):
            (state / "lock").write_text("pid 1 on nowhere, run 20260101-000000-0000\n")
            assert call("--batch", folder).returncode == Exit.ENGINE
    finally:
        over.set()
    for looker in lookers:
        looker.join()


def test_run_on_another_machine_is_seen_and_not_stopped_from_here(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.write_text("pid 12 on far-away, run 20260101-000000-0000\n")
    with lock.open("rb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        who = running(tmp_path)
        assert who is not None and (who.pid, who.host, who.here) == (12, "far-away", False)
        with pytest.raises(UsageError, match="the run is on far-away") as caught:
            stop(who)
    assert caught.value.remedy == "stop it there: kill -INT 12"
    assert running(tmp_path) is None, "the name alone does not hold it"


def test_folder_that_is_not_there_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a folder"):
        start(tmp_path / "nothing", Options(), ENVIRON)
    assert not (tmp_path / "nothing").exists()


def test_folder_that_cannot_keep_a_record_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / ".paddock").write_text("not a folder")
    with pytest.raises(PaddockError, match="cannot start a runner"):
        start(tmp_path, Options(), ENVIRON)


def test_batch_runs_are_found_too(folder: Path, engine: SilentEngine) -> None:
    command = [sys.executable, "-m", "tui.cli", "--batch", str(folder)]
    with subprocess.Popen(
        command, env=engine.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        who = wait_until_running(folder / ".paddock")
        newest = wait_for(lambda: latest(folder / ".paddock"))
        assert (who.pid, who.run) == (process.pid, newest.name)
        assert stop(who)
        engine.close()
    assert process.returncode == Exit.INTERRUPTED
    wait_until_free(folder / ".paddock")
