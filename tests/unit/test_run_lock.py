"""One run a project at a time; a dead one never blocks."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.record.runlock import Running, run_lock, running

HOLD = """
import sys, time
from pathlib import Path
from pipeline.record.runlock import run_lock
with run_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@contextmanager
def holder(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Hold the lock in another process."""
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_second_holder_is_refused_and_told_who_holds(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with holder(path) as process, pytest.raises(UsageError) as caught, run_lock(path):
        raise AssertionError("both hold the lock")
    assert f"pid {process.pid} on {socket.gethostname()}" in caught.value.message
    assert caught.value.where == str(path)


def test_dead_holder_is_taken_over_and_named(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with holder(path) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    with run_lock(path) as dead:
        assert dead == f"pid {process.pid} on {socket.gethostname()}"


def test_orderly_end_and_an_error_leave_nobody_to_take_over_from(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(KeyError), run_lock(tmp_path / "lock") as dead:
            assert dead == ""
            raise KeyError
        with run_lock(tmp_path / "lock") as dead:
            assert dead == ""


def test_refused_attempt_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with holder(path):
        before = path.read_text()
        with pytest.raises(UsageError), run_lock(path):
            pass
        assert path.read_text() == before


def test_holder_names_itself_and_is_seen_without_a_run(tmp_path: Path) -> None:
    with run_lock(tmp_path / "lock"):
        assert f"pid {os.getpid()} " in (tmp_path / "lock").read_text()
        who = running(tmp_path)
        assert who is not None and who.run == "" and who.here


def test_run_is_named_to_whoever_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with run_lock(path, "20260101-000000-0000"):
        with pytest.raises(UsageError, match=", run 20260101-000000-0000\\)"), run_lock(path):
            pass
        who = running(tmp_path)
    assert who == Running(os.getpid(), socket.gethostname(), "20260101-000000-0000", path)
    assert running(tmp_path) is None


@pytest.mark.parametrize("text", ["", "\n", "nonsense\n", "pid x on y\n", "\xff"])
def test_lock_that_says_nothing_is_held_by_nobody(tmp_path: Path, text: str) -> None:
    (tmp_path / "lock").write_text(text)
    assert running(tmp_path) is None
    with run_lock(tmp_path / "lock") as dead:
        assert dead == text.strip()


def test_project_that_never_ran_is_held_by_nobody(tmp_path: Path) -> None:
    assert running(tmp_path / ".paddock") is None
    assert not (tmp_path / ".paddock").exists(), "looking changes nothing"


def test_shorter_name_replaces_a_longer_one(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text(f"pid 7 on {'far' * 50}, run 20260101-000000-0000\n")
    with run_lock(tmp_path / "lock"):
        who = running(tmp_path)
        assert who is not None and who.pid == os.getpid()
        assert (tmp_path / "lock").read_text() == f"pid {who.pid} on {who.host}\n"
