"""One run a project at a time, and who it is."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import UsageError
from stages.message import msg

LOCK_NAME = "lock"
#: Whoever only looks at the lock (:func:`running`) holds it for a moment: a runner tries this long
#: before it refuses, and this often, in seconds.
_PATIENCE = 0.5
_RETRY = 0.01
#: More than any holder writes.
_LONGEST = 1000
_HOLDER = re.compile(r"pid (?P<pid>\d+) on (?P<host>.+?)(, run (?P<run>\S+))?")


@dataclass(frozen=True)
class Running:
    """Who holds a project's lock. ``run`` is empty if it is not a run (``paddock clean``)."""

    pid: int
    host: str
    run: str
    lock: Path

    @property
    def here(self) -> bool:
        """Whether it runs on this machine; on another one it can be seen, but not stopped."""
        return self.host == socket.gethostname()


@contextlib.contextmanager
def run_lock(path: Path, run: str = "") -> Iterator[str]:
    """Hold the project's lock; yield who was found dead holding it ("" if nobody).

    The kernel drops the lock with its process, so a dead runner never blocks the next one; the file's
    text only says who it was.

    Args:
        path: the lock file.
        run: the name of the run that holds it.

    Raises:
        UsageError: a live runner holds it, or the project is read-only.
    """
    descriptor = _opened(path)
    try:
        _take(descriptor, path)
        holder = _said(descriptor)
        name = f", run {run}" if run else ""
        _write(descriptor, f"pid {os.getpid()} on {socket.gethostname()}{name}\n")
        try:
            yield _told(holder)
        finally:
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _opened(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        if error.errno not in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise
        raise UsageError(
            msg("cannot write into the project: {strerror}", error.strerror),
            str(path.parent),
            msg("let Paddock write there, or run a copy of the project"),
        ) from error


def running(state: Path) -> Running | None:
    """Return who holds the lock of the project with this ``.paddock``, or None.

    Safe to ask as often as one likes: a runner that starts at the same moment is not refused.
    """
    path = state / LOCK_NAME
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        # Nobody who lives is unnamed; and read again after the look, for a dead one's successor.
        if not _said(descriptor) or not _is_held(descriptor):
            return None
        found = _HOLDER.fullmatch(_said(descriptor))
    finally:
        os.close(descriptor)
    return Running(int(found["pid"]), found["host"], found["run"] or "", path) if found else None


def _take(descriptor: int, path: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                raise UsageError(
                    msg(
                        "another run of this project is going on ({said})",
                        _told(_said(descriptor)) or msg("starting"),
                    ),
                    str(path),
                    msg("wait for it, or stop it with SIGINT"),
                ) from error
            time.sleep(_RETRY)
        else:
            return


def _is_held(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    # Not left to close(): a child forked at this moment has the descriptor too.
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return False


def _told(holder: str) -> str:
    """Return what the lock's file says, for people."""
    found = _HOLDER.fullmatch(holder)
    if not found:
        return holder
    if found["run"]:
        return msg("pid {pid} on {host}, run {run}", found["pid"], found["host"], found["run"])
    return msg("pid {pid} on {host}", found["pid"], found["host"])


def _said(descriptor: int) -> str:
    """Return the first line: what follows it for a moment is the rest of a longer one before."""
    return os.pread(descriptor, _LONGEST, 0).decode("utf-8", "replace").partition("\n")[0]


def _write(descriptor: int, text: str) -> None:
    data = text.encode("utf-8")
    os.pwrite(descriptor, data, 0)
    os.ftruncate(descriptor, len(data))
