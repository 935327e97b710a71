"""Where fetched models are kept: a folder is there whole, or not at all."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from pipeline.errors import IntegrityFailed
from pipeline.models.fetch_context import FetchContext
from stages.contract import hash_file
from stages.message import msg

_LOCK = ".lock"
#: How often a fetch that waits for another one looks again, in seconds.
_RETRY = 0.1


def cache_folder() -> Path:
    """Return where fetched models are kept (``$XDG_CACHE_HOME/paddock/models``)."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "paddock" / "models"


def fill(
    folder: Path, caller: FetchContext, complete: Callable[[], bool], make: Callable[[Path], None]
) -> None:
    """Let ``make`` fill a scratch folder and give that its name, unless ``folder`` is complete already.

    One process at a time; what a killed one left is removed.

    Args:
        folder: what is to be there afterwards.
        caller: told if it has to wait.
        complete: tells whether the folder is there and right.
        make: fills the empty folder that it is given.
    """
    if complete():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _alone(folder.parent / _LOCK, caller):
        if complete():
            return
        scratch = folder.with_name(f".{folder.name}.partial")
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        try:
            make(scratch)
            shutil.rmtree(folder, ignore_errors=True)
            scratch.rename(folder)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def expect(path: Path, expected: str, source: str) -> None:
    """Refuse a file that is not the expected one.

    Raises:
        IntegrityFailed: says both hashes, and the source that it came from.
    """
    found = hash_file(path).sha256
    if found != expected:
        raise IntegrityFailed(
            msg("{path}: expected SHA-256 {expected}, found {found}", path.name, expected, found),
            source,
            msg("the download was changed on its way: fetch it from another network or mirror"),
        )


@contextlib.contextmanager
def _alone(lock: Path, caller: FetchContext) -> Iterator[None]:
    """Hold the store's lock; the kernel drops it with its process."""
    with lock.open("ab") as stream:
        told = False
        while not _taken(stream.fileno()):
            if not told:
                caller.say(msg("waiting for another process that fetches a model"))
                told = True
            caller.check()
            time.sleep(_RETRY)
        yield


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
