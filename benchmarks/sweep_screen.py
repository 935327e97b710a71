"""What the sweep's screen costs with few and with many members: opening it, a key, CPU, and bytes drawn.

Nine tenths of the members are over and four run, of which each tells how far it is twice a second; the events
are written by the benchmark, in the files and at the pace of a real sweep.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from terminal import Terminal

from pipeline.record.events import Envelope
from pipeline.record.runlock import LOCK_NAME, run_lock
from pipeline.record.runs import run_folder

sys.path.append(str(Path(__file__).parents[1] / "tests"))
import os
import socket

from support.projects import MINIMAL, write_project
from support.sweeps import Script

_PADDOCK = str(Path(sys.executable).with_name("paddock"))
_RUNNING, _EVERY = 4, 0.5
#: A project whose sweep is on the screen; its own members do not matter.
_SWEEP = """
[model]
pretrained = ""
[train]
mode = "full"
[sweep.matrix]
train.seed = [1, 2]
"""


@dataclass(frozen=True)
class Cost:
    """Seconds until the screen is there and from a key to its answer; a share of a core; bytes; MB."""

    opened: float
    key: float
    cpu: float
    drawn: float
    memory: float


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


class Sweep:
    """A sweep of ``count`` members in a project, and what writes on in it."""

    def __init__(self, folder: Path, count: int) -> None:
        self._folder, self._next, self._step = folder, 0.0, 0
        names = [f"learning_rate=0.0003,seed={number}" for number in range(count)]
        self._script = Script(names, _RUNNING, pid=os.getpid(), host=socket.gethostname())
        over = max(1, min(count - _RUNNING, count * 9 // 10))
        for number, name in enumerate(names[:over]):
            self._script.begin(name, "data", "train").wait(60)
            self._script.end(name, validation=0.5 + number * 7919 % 4000 / 10_000)
        self._running = names[over : over + _RUNNING]
        for name in self._running:
            self._script.begin(name, "data", "train")
        self._script.write(folder)
        self._written = len(self._script.said)

    def write(self) -> None:
        """Append what is due."""
        if time.perf_counter() < self._next:
            return
        self._next, self._step = time.perf_counter() + _EVERY, self._step + 1
        for name in self._running:
            self._script.train(name, self._step % 30)
        for envelope in self._script.said[self._written :]:
            self._append(envelope)
        self._written = len(self._script.said)

    def _append(self, envelope: Envelope) -> None:
        with run_folder(self._folder / ".paddock", envelope.run).events.open("a") as stream:
            stream.write(envelope.encode() + "\n")


def measure(count: int, seconds: float) -> Cost:
    """Open the screen on a sweep of ``count`` members, let it go on for ``seconds``, then press keys."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = write_project(Path(temporary) / "plates", MINIMAL + _SWEEP)
        sweep = Sweep(folder, count)
        with run_lock(folder / ".paddock" / LOCK_NAME):
            began = time.perf_counter()
            screen = Counting((_PADDOCK, "sweep", "attach", str(folder)))
            try:
                opened = screen.wait_for("learning_rate", 60.0) - began
                _watch(screen, 5.0, sweep)
                drawn, cpu, began = screen.drawn, screen.cpu(), time.perf_counter()
                _watch(screen, seconds, sweep)
                took = time.perf_counter() - began
                cost = (screen.cpu() - cpu) / took, (screen.drawn - drawn) / took
                return Cost(opened, median(_keys(screen)), *cost, screen.memory())
            finally:
                screen.close()


def _watch(screen: Counting, seconds: float, sweep: Sweep) -> None:
    end = time.perf_counter() + seconds
    while (left := end - time.perf_counter()) > 0:
        sweep.write()
        screen.read(min(left, 0.05))


def _keys(screen: Counting) -> list[float]:
    """Return how long the cursor took to move, each time that it was moved."""
    found = []
    for _round in range(15):
        while screen.read(0.3):
            pass
        began = time.perf_counter()
        screen.press(b"\x1b[B")
        assert screen.read(5.0)
        found.append(time.perf_counter() - began)
    return found


def main() -> None:
    """Measure and print, a line at a time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, nargs="+", default=[10, 1000])
    parser.add_argument("--seconds", type=float, default=20.0, help="how long each is measured")
    options = parser.parse_args()
    print(f"{'members':>8} {'opened s':>9} {'key ms':>7} {'CPU':>7} {'bytes/s':>8} {'MB':>5}")
    for count in options.members:
        cost = measure(count, options.seconds)
        print(
            f"{count:8} {cost.opened:9.2f} {cost.key * 1000:7.0f} {cost.cpu:7.1%} "
            f"{cost.drawn:8.0f} {cost.memory:5.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
