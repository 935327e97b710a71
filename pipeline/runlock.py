"""One run a project at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from pipeline.errors import UsageError


@contextlib.contextmanager
def run_lock(path: Path) -> Iterator[str]:
    """Hold the project's lock; yield who was found dead holding it ("" if nobody).

    The kernel drops the lock with its process, so a dead runner never blocks the next one; the file's
    text only says who it was.

    Raises:
        UsageError: a live runner holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(
                f"another run of this project is going on ({_holder(stream) or 'starting'})",
                str(path),
                "wait for it, or stop it with SIGINT",
            ) from error
        holder = _holder(stream)
        _write(stream.fileno(), f"pid {os.getpid()} on {socket.gethostname()}\n")
        try:
            yield holder
        finally:
            _write(stream.fileno(), "")


def _holder(stream: TextIO) -> str:
    stream.seek(0)
    return stream.read().strip()


def _write(descriptor: int, text: str) -> None:
    os.ftruncate(descriptor, 0)
    os.write(descriptor, text.encode("utf-8"))
