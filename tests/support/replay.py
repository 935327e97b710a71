"""A recorded run in the middle of its way, with a live runner: this process."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.recorded import RUN, recorded_events


@contextmanager
def going_on(folder: Path, until: str) -> Iterator[list[str]]:
    """Let the recorded run be at the line that contains ``until``; yield the lines still to come.

    Its runner is this process, which holds the project's lock.
    """
    lines = recorded_events(folder)
    here = next(number for number, line in enumerate(lines) if until in line) + 1
    events = folder / ".paddock" / "runs" / RUN / "events.jsonl"
    events.write_text("".join(line + "\n" for line in lines[:here]))
    with (folder / ".paddock" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(f"pid 1 on elsewhere, run {RUN}\n")
        lock.flush()
        yield lines[here:]


def append(folder: Path, *lines: str) -> None:
    """Write events as the runner does."""
    with (folder / ".paddock" / "runs" / RUN / "events.jsonl").open("a") as stream:
        stream.writelines(line + "\n" for line in lines)
