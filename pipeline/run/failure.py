"""An error as the record of a run tells it: the event with its causes, and the traceback in a file."""

from __future__ import annotations

import contextlib
import errno
import traceback
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import PaddockError
from pipeline.record.events import EventLog, RunFailed
from stages.contract import Exit
from stages.message import msg


def tell(error: Exception, log: EventLog, folder: Path) -> Exit:
    """Write the error with its causes, its traceback into the run's ``folder``; return its exit code."""
    path = folder / "traceback.log"
    trace = "".join(traceback.format_exception(error))
    with contextlib.suppress(OSError):  # a full disk, perhaps: the event matters more
        path.write_text(trace, encoding="utf-8", errors="backslashreplace")
    causes = tuple(_causes(error))
    if isinstance(error, PaddockError):
        log.say(
            RunFailed(error.code, error.message, error.where, error.remedy, causes, error.pitfall)
        )
        return error.code
    if isinstance(error, BrokenPipeError):
        message = msg("whoever read the run's output went away, so the run was stopped")
        log.say(
            RunFailed(Exit.STAGE, message, "", msg("write it to a file: paddock --batch > run.log"))
        )
        return Exit.STAGE
    remedy = msg("free some space there") if _is_full(error) else msg("see the traceback")
    message = msg("{first}: {rest}", type(error).__name__, error)
    log.say(RunFailed(Exit.STAGE, message, str(path), remedy, causes))
    return Exit.STAGE


def _is_full(error: Exception) -> bool:
    """Return whether the project's disk is full, as the system or as SQLite says it."""
    return getattr(error, "errno", None) == errno.ENOSPC or "disk is full" in str(error)


def _causes(error: BaseException) -> Iterator[str]:
    cause = error.__cause__
    while cause is not None:
        yield msg("{first}: {rest}", type(cause).__name__, cause)
        cause = cause.__cause__
