"""How soon a key is answered while a container prints 100,000 lines as fast as it can.

Paddock's log view beside Textual's own ``Log`` and ``RichLog``, each in a terminal of its own, in turn.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

from flood_source import flood, missing_lines, printing_image
from flood_viewer import answer
from terminal import Terminal

from pipeline.engine.connection import open_engine

_VIEWERS = ("paddock", "Log", "RichLog")
#: Lines on the disk at which memory is read.
_MARKS = (0.1, 0.5, 1.0)
_SCROLLING = (b"\x1b[A", b"\x1b[B", b"\x1b[5~", b"\x1b[6~", b"\x1b[H", b"\x1b[F")
#: Follow and pause, next and previous match, mark, take back, filter's lines and search term typed.
_OTHERS = (b"f", b"n", b"N", b"v", b"\x1b[C", b"\x1b[D", b" ", b"j", b"k", b"g", b"G")
#: Keys pressed before the flood, so that it does not meet a program that has only just started.
_WARM_UP = 40
_SEARCH = (b"/", *(bytes([letter]) for letter in b"step: 77"), b"\r")


@dataclass
class Measured:
    """One viewer: seconds from key to answer, and memory in MB by lines on the disk, over all rounds."""

    scrolling: list[float] = field(default_factory=list)
    others: list[float] = field(default_factory=list)
    memory: dict[int, float] = field(default_factory=dict)
    peak: float = 0.0
    seconds: list[float] = field(default_factory=list)
    missing: int = 0


class Flood:
    """The container's output on its way to the file, taken there by a process of its own, as a run's is."""

    def __init__(self, image: str, log: Path, lines: int) -> None:
        self.total = lines
        self.remembered: set[int] = set()  # at which numbers of lines memory was read
        self._written = multiprocessing.Value("q", 0)
        self._first, self._last = (multiprocessing.Value("d", 0.0) for _ in range(2))
        self.process = multiprocessing.Process(target=self._run, args=(image, log), daemon=True)

    def _run(self, image: str, log: Path) -> None:
        flood(open_engine(os.environ), image, log, self.total, self._told)

    def _told(self, lines: int) -> None:
        now = time.perf_counter()
        self._first.value = self._first.value or now
        self._last.value, self._written.value = now, lines

    @property
    def lines(self) -> int:
        """Lines on the disk so far."""
        return int(self._written.value)

    @property
    def seconds(self) -> float:
        """From the first line to the last one."""
        return float(self._last.value - self._first.value)


def main() -> None:
    """Measure and print."""
    arguments = _arguments()
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(143))  # leave no image behind
    engine = open_engine(os.environ)
    results = {viewer: Measured() for viewer in arguments.viewers}
    with printing_image(engine, arguments.image) as image, tempfile.TemporaryDirectory() as folder:
        for number in range(arguments.rounds):
            for viewer in arguments.viewers:
                log = Path(folder) / f"{viewer}-{number}.log"
                log.touch()
                running = Flood(image, log, arguments.lines)
                measure(viewer, running, log, results[viewer], random.Random(number))  # noqa: S311
                results[viewer].missing += missing_lines(log, arguments.lines)
                log.unlink()
    report(results, arguments.lines)


def measure(
    viewer: str, running: Flood, log: Path, result: Measured, chance: random.Random
) -> None:
    """Let the flood run while keys are pressed at random moments."""
    script = Path(__file__).with_name("flood_viewer.py")
    terminal = Terminal([sys.executable, str(script), viewer, str(log)])
    try:
        terminal.wait_for(answer(0), 30)
        hand = Hand(terminal, viewer, chance)
        for _ in range(_WARM_UP):
            hand.press()
        running.process.start()
        _press_keys(hand, terminal, running, result)
        running.process.join()
        if running.process.exitcode:
            sys.exit("the flood failed")
        result.seconds.append(running.seconds)
        _settle(terminal)
        _read_memory(terminal, running, result)
        result.peak = max(result.peak, terminal.memory("VmHWM"))
    finally:
        terminal.close()


class Hand:
    """Presses keys at random moments and times the answers."""

    def __init__(self, terminal: Terminal, viewer: str, chance: random.Random) -> None:
        self._terminal, self._chance = terminal, chance
        self._keys, self._count = _keys(viewer, chance), 0

    def pause(self) -> None:
        """Let a moment pass, and the screen draw."""
        moment = time.perf_counter() + self._chance.uniform(0.0, 0.08)
        while time.perf_counter() < moment:
            self._terminal.read(moment - time.perf_counter())

    def press(self) -> tuple[bytes, float]:
        """Press the next key; return it and the seconds until its answer was drawn."""
        key, self._count = next(self._keys), self._count + 1
        pressed = time.perf_counter()
        self._terminal.press(key)
        return key, self._terminal.wait_for(answer(self._count), 300) - pressed


def _press_keys(hand: Hand, terminal: Terminal, running: Flood, result: Measured) -> None:
    while running.process.is_alive():
        hand.pause()
        _read_memory(terminal, running, result)
        if 0 < running.lines < running.total:  # else not yet, or no longer, a flood
            key, seconds = hand.press()
            (result.scrolling if key in _SCROLLING else result.others).append(seconds)


def _keys(viewer: str, chance: random.Random) -> Iterator[bytes]:
    """Yield keys that all viewers know, and for Paddock's its own as well, with a search now and then."""
    if viewer == "paddock":
        yield from _SEARCH
    while True:
        if viewer == "paddock" and chance.random() < 0.4:
            yield from _SEARCH if chance.random() < 0.05 else (chance.choice(_OTHERS),)
        else:
            yield chance.choice(_SCROLLING)


def _settle(terminal: Terminal) -> None:
    """Wait until nothing is drawn for a second: the viewer has taken in all."""
    deadline = time.perf_counter() + 120
    while terminal.read(1.0) and time.perf_counter() < deadline:
        pass


def _read_memory(terminal: Terminal, running: Flood, result: Measured) -> None:
    for share in _MARKS:
        lines = round(share * running.total)
        if running.lines >= lines and lines not in running.remembered:
            running.remembered.add(lines)
            result.memory[lines] = max(result.memory.get(lines, 0.0), terminal.memory())


def report(results: dict[str, Measured], lines: int) -> None:
    """Print a table, and the ratios to Paddock's."""
    ours = results.get("paddock")
    for viewer, result in results.items():
        memory = ", ".join(f"{count:,}: {size:.0f}" for count, size in result.memory.items())
        print(f"{viewer}: {lines:,} lines in {min(result.seconds):.1f}-{max(result.seconds):.1f} s;"
              f" missing on the disk: {result.missing}")  # fmt: skip
        print(f"  key to answer, scrolling: {_times(result.scrolling)}")
        if result.others:
            print(f"  key to answer, all keys:  {_times(result.scrolling + result.others)}")
        print(f"  memory in MB at lines: {memory}; peak {result.peak:.0f}")
        if ours and result is not ours:
            ratio = _p95(result.scrolling) / _p95(ours.scrolling)
            print(
                f"  against Paddock's: p95 {ratio:.1f} times, peak memory {result.peak / ours.peak:.1f} times"
            )


def _times(seconds: list[float]) -> str:
    if len(seconds) < 2:
        return f"{len(seconds)} keys"
    cuts = quantiles(seconds, n=100, method="inclusive")
    return (
        f"p50 {1000 * cuts[49]:.0f} ms, p95 {1000 * cuts[94]:.0f} ms, max {1000 * max(seconds):.0f} ms "
        f"({len(seconds)} keys)"
    )


def _p95(seconds: list[float]) -> float:
    return quantiles(seconds, n=100, method="inclusive")[94]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--image", default="paddock-data:3.1.1")
    parser.add_argument("--viewers", nargs="+", choices=_VIEWERS, default=_VIEWERS[:2])
    return parser.parse_args()


if __name__ == "__main__":
    main()
