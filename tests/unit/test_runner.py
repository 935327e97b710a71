"""However a run ends, its record says so, and the exit code is the right one."""

import errno
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import EngineError, PaddockError
from pipeline.record.events import Envelope, RunFailed, RunFinished
from pipeline.run import runner
from pipeline.run.options import Options, StopSwitch
from pipeline.run.runner import run
from stages.contract import Exit
from support.pretended import go


@pytest.fixture
def fail(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], None]:
    """Let what comes before the first stage fail."""

    def install(error: Exception) -> None:
        def connect(*_arguments: Any) -> None:
            raise error

        monkeypatch.setattr(runner, "connect", connect)

    return install


def only_run(folder: Path) -> Path:
    (found,) = (folder / ".paddock" / "runs").iterdir()
    return found


def test_known_error_is_told_with_its_code_and_causes(
    folder: Path, fail: Callable[[Exception], None]
) -> None:
    error = EngineError("no engine", "unix:///x", "start it")
    error.__cause__ = ConnectionError("refused")
    fail(error)
    code, heard = go(folder)
    assert code == Exit.ENGINE
    assert heard[0].event == RunFailed(
        4, "no engine", "unix:///x", "start it", ("ConnectionError: refused",)
    )
    assert isinstance(heard[-1].event, RunFinished) and heard[-1].event.code == 4


def test_unknown_error_is_told_and_its_trace_is_kept(
    folder: Path, fail: Callable[[Exception], None]
) -> None:
    fail(ZeroDivisionError("a bug"))
    code, heard = go(folder)
    failed = heard[0].event
    assert code == Exit.STAGE and isinstance(failed, RunFailed)
    assert failed.message == "ZeroDivisionError: a bug"
    assert Path(failed.where) == only_run(folder) / "traceback.log"
    assert "ZeroDivisionError" in Path(failed.where).read_text()


@pytest.mark.parametrize("other", [Exit.HANGUP, Exit.TERMINATED])
def test_of_several_orders_the_persons_counts(other: Exit) -> None:
    stop = StopSwitch()
    for code in (other, Exit.INTERRUPTED, other):
        stop.order(code)
    assert stop.code == Exit.INTERRUPTED


@pytest.mark.parametrize("code", [Exit.INTERRUPTED, Exit.TERMINATED])
def test_what_a_signal_broke_counts_as_interrupted(
    folder: Path, fail: Callable[[Exception], None], code: Exit
) -> None:
    """^C reaches pip too: its failure to download is not the cause."""
    fail(PaddockError("cannot download the model"))
    stop = StopSwitch()
    stop.order(code)
    ended, heard = go(folder, stop=stop)
    failed = heard[0].event
    assert ended == code and isinstance(failed, RunFailed)
    assert failed.message.startswith("stopped; ")
    assert "PaddockError: cannot download the model" in failed.causes


def test_record_is_on_the_disk_and_out_of_git(
    folder: Path, fail: Callable[[Exception], None]
) -> None:
    fail(EngineError("no engine"))
    _, heard = go(folder)
    lines = (only_run(folder) / "events.jsonl").read_text().splitlines()
    assert [json.loads(line)["seq"] for line in lines] == [item.seq for item in heard] == [0, 1]
    assert (folder / ".paddock" / ".gitignore").read_text() == "*\n"


def test_lock_is_free_after_a_failure(folder: Path, fail: Callable[[Exception], None]) -> None:
    fail(EngineError("no engine"))
    go(folder)
    code, heard = go(folder)
    assert code == Exit.ENGINE
    assert all("took over" not in item.encode() for item in heard)


def test_listener_that_goes_away_frees_the_lock(
    folder: Path, fail: Callable[[Exception], None]
) -> None:
    fail(EngineError("no engine"))

    def gone(_envelope: Envelope) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        run(folder, Options(), {}, gone, StopSwitch())
    last = (only_run(folder) / "events.jsonl").read_text().splitlines()[-1]
    assert json.loads(last)["code"] == Exit.STAGE, "it did not end well"
    assert go(folder)[0] == Exit.ENGINE


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        sqlite3.OperationalError("database or disk is full"),
    ],
)
def test_full_disk_says_to_free_space(
    folder: Path, fail: Callable[[Exception], None], error: Exception
) -> None:
    fail(error)
    _code, heard = go(folder)
    failed = heard[0].event
    assert isinstance(failed, RunFailed) and failed.remedy == "free some space there"
