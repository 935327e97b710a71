"""What a person at the text UI waits for: the first frame, a screen's first visit, and the answer to a key.

``python benchmarks/screen.py [PADDOCK …]`` with the ``paddock`` of one tree or more: each opens the recorded
project of the tests, in turn, in a pseudo-terminal of its own.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from clock import paddock
from terminal import Terminal

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from support.recorded import recorded_project

#: Seconds without a change after which a screen is at rest.
_QUIET = 0.4
#: The screens in the order of a first visit, and the run again.
_SCREENS = {
    "parity": b"2",
    "environment": b"4",
    "guards": b"5",
    "history": b"6",
    "machine": b"7",
    "run": b"1",
}
_DOWN = b"\x1b[B"

Costs = dict[str, float]


class Watched(Terminal):
    """Knows when it was last drawn on."""

    def until_rest(self) -> float:
        """Read until nothing is drawn any more; return when something last was (``time.perf_counter``)."""
        last = time.perf_counter()
        while self.read(_QUIET):
            last = time.perf_counter()
        return last

    def answer(self, keys: bytes) -> tuple[float, float]:
        """Press keys; return the milliseconds until the screen begins to change, and until it is at rest."""
        pressed = time.perf_counter()
        self.press(keys)
        self.read(5.0)
        begun = time.perf_counter()
        return (begun - pressed) * 1000, (self.until_rest() - pressed) * 1000


def measure(command: str, folder: Path, idle: float) -> Costs:
    """Open the screen, go through all of it, and leave it alone for ``idle`` seconds."""
    started = time.perf_counter()
    screen = Watched([command, str(folder)])
    try:
        costs = {"first frame, ms": (screen.wait_for("alphanumeric", 60.0) - started) * 1000}
        costs["CPU until then, ms"] = screen.cpu() * 1000
        screen.until_rest()
        time.sleep(1.0)  # as soon as a person would press a key
        screen.until_rest()
        costs["CPU until rest, ms"] = screen.cpu() * 1000
        for visit in ("first visit", "again"):
            for name, key in _SCREENS.items():
                costs[f"{name}, {visit}, ms"] = screen.answer(key)[1]
        moves = [screen.answer(_DOWN)[0] for _press in range(10)]
        costs["a key in a list, ms"] = median(moves)
        before = screen.cpu()
        time.sleep(idle)
        costs["CPU at rest, %"] = (screen.cpu() - before) / idle * 100
        costs["memory, MB"] = screen.memory()
        return costs
    finally:
        screen.close()


def main() -> None:
    """Measure in turn, and print medians side by side."""
    options = _arguments()
    commands: list[str] = options.paddock or [paddock()]
    found: list[list[Costs]] = [[] for _command in commands]
    with tempfile.TemporaryDirectory() as temporary:
        folder = recorded_project(Path(temporary) / "plates")
        for number in range(options.rounds + 1):
            for costs, command in zip(found, commands, strict=True):
                taken = measure(command, folder, options.idle)
                if number:  # the first round only warms the caches
                    costs.append(taken)
    for line in _table(found):
        print(line)


def _table(found: list[list[Costs]]) -> Iterator[str]:
    for name in found[0][0]:
        cells = (f"{median(costs[name] for costs in taken):10.1f}" for taken in found)
        yield f"{name:<32}" + "".join(cells)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "paddock", nargs="*", help="commands to compare; else the one beside Python"
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--idle", type=float, default=5.0, help="seconds at rest")
    return parser.parse_args()


if __name__ == "__main__":
    main()
