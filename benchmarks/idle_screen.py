"""What the text UI costs while nobody touches it: CPU, and bytes sent to the terminal.

On the recorded run of the tests: at rest, and while its verify stage goes on at its real pace; on this
machine and over SSH. Beside it, in the same kind of terminal: ``top``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from terminal import Terminal

from pipeline.record.runlock import LOCK_NAME, run_lock

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from support.recorded import RUN, recorded_events, recorded_project

_PADDOCK = str(Path(sys.executable).with_name("paddock"))
_OVER_SSH = ("env", "SSH_CONNECTION=192.0.2.1 50000 192.0.2.2 22")
#: The verify stage's first progress; what comes before it is there when the screen opens.
_BEGIN = '"stage": "verify", "type": "progress", "done": 1,'


class Counting(Terminal):
    """Counts what is drawn."""

    drawn = 0

    def read(self, seconds: float) -> bool:
        """Take in what is drawn within a time; False if that was nothing."""
        before, self._tail = self._tail, b""
        came = super().read(seconds)
        self.drawn += len(self._tail)
        self._tail = before[-4096:] + self._tail
        return came


@dataclass(frozen=True)
class Cost:
    """CPU as a share of one core, and bytes a second to the terminal."""

    cpu: float
    drawn: float


class Replay:
    """Writes the verify stage's events when they are due, as the runner that holds the lock does."""

    def __init__(self, folder: Path) -> None:
        lines = recorded_events(folder)
        begin = next(number for number, line in enumerate(lines) if _BEGIN in line)
        self._late = datetime.now(timezone.utc) - _time_of(lines[begin]) + timedelta(seconds=5)
        self._file = folder / ".paddock" / "runs" / RUN / "events.jsonl"
        self._file.write_text("".join(self._now(line) for line in lines[:begin]))
        self._due = lines[begin:]

    def write(self) -> None:
        """Append what is due."""
        now = datetime.now(timezone.utc)
        with self._file.open("a") as stream:
            while self._due and _time_of(self._due[0]) + self._late <= now:
                stream.write(self._now(self._due.pop(0)))

    def _now(self, line: str) -> str:
        old = _time_of(line)
        return line.replace(_written(old), _written(old + self._late)) + "\n"


def _time_of(line: str) -> datetime:
    return datetime.fromisoformat(line.partition('"time": "')[2].partition('"')[0])


def _written(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds")


@contextmanager
def going_on(folder: Path) -> Iterator[Replay]:
    """Hold the project's lock, and give what writes the run's events."""
    with run_lock(folder / ".paddock" / LOCK_NAME, RUN):
        yield Replay(folder)


def measure(
    command: Sequence[str], seconds: float, meanwhile: Callable[[], None] | None = None
) -> Cost:
    """Run a program until it is at rest, or for ten seconds, and measure what follows."""
    screen = Counting(command)
    try:
        _watch(screen, 10.0, meanwhile)
        drawn, cpu, began = screen.drawn, screen.cpu(), time.perf_counter()
        _watch(screen, seconds, meanwhile)
        took = time.perf_counter() - began
        return Cost((screen.cpu() - cpu) / took, (screen.drawn - drawn) / took)
    finally:
        screen.close()


def _watch(screen: Counting, seconds: float, meanwhile: Callable[[], None] | None) -> None:
    end = time.perf_counter() + seconds
    while (left := end - time.perf_counter()) > 0:
        if meanwhile:
            meanwhile()
        screen.read(min(left, 0.05))


def main() -> None:
    """Measure and print, a line at a time."""
    seconds = _arguments().seconds
    print(f"{'':40} {'CPU':>7} {'bytes/s':>8}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = recorded_project(Path(temporary) / "plates")
        paddock = (_PADDOCK, str(folder))
        _print("paddock, at rest", measure(paddock, seconds))
        _print("paddock, at rest, over SSH", measure((*_OVER_SSH, *paddock), seconds))
        for name, command in (("", paddock), (", over SSH", (*_OVER_SSH, *paddock))):
            with going_on(folder) as replay:
                _print(f"paddock, a run goes on{name}", measure(command, seconds, replay.write))
    _print("top -d 1", measure(("top", "-d", "1"), seconds))


def _print(name: str, cost: Cost) -> None:
    print(f"{name:40} {cost.cpu:7.2%} {cost.drawn:8.0f}", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0, help="how long each is measured")
    return parser.parse_args()


if __name__ == "__main__":
    main()
