"""How soon the log view answers a key, and what memory it takes, while a million lines come in."""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import quantiles
from typing import Any

from rich.text import Text
from terminal import Terminal
from textual import on
from textual.app import App, ComposeResult
from textual.widgets import Input, Static

from tui.widgets.log_view import LogView

#: Prints numbered lines as a training log has them, as fast as it can; a flood of a few seconds.
_FLOOD = """
import sys
for number in range(int(sys.argv[1])):
    sys.stdout.write(f"[2026/11/22 19:00:00] ppocr INFO: epoch: [3/30], global_step: {number}, loss: 1.23\\n")
    if number % 50 == 0:
        sys.stdout.flush()
"""
#: Moves, follow and pause, and the matches of the search that is typed first.
_KEYS = (
    *(b"\x1b[A", b"\x1b[B", b"\x1b[5~", b"\x1b[6~", b"\x1b[H", b"\x1b[F"),
    *(b"f", b"n", b"N", b" ", b"j", b"k", b"g", b"G"),
)
_SEARCH = (b"/", *(bytes([letter]) for letter in b"step: 77"), b"\r")


class FloodApp(App[None]):
    """A log, and a count of the actions done that is drawn together with what they did."""

    CSS = "#answers { dock: bottom; height: 1; }"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path, self._answers, self._log_view = path, -1, LogView()

    def compose(self) -> ComposeResult:
        """Give the log and the count."""
        yield self._log_view
        yield Static(id="answers")

    def on_mount(self) -> None:
        """Open the log."""
        self._log_view.open(self._path, "flood")
        self._log_view.focus()
        self._count()

    async def run_action(self, *arguments: Any, **options: Any) -> bool:
        """Run what a key is bound to, and count it."""
        done = await super().run_action(*arguments, **options)
        self._count()
        return done

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        if event.value:  # else it was emptied for the next search
            self._count()

    def _count(self) -> None:
        self._answers += 1
        self.query_one("#answers", Static).update(Text(_answer(self._answers)), layout=False)


def _answer(number: int) -> str:
    return f"<{number:06d}>"


def measure(lines: int, seed: int) -> tuple[list[float], float]:
    """Press keys at random moments during one flood; return the seconds to each answer, and memory in MB."""
    chance, waits, count = random.Random(seed), [], 0  # noqa: S311
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "flood.log"
        with log.open("wb") as stream:
            terminal = Terminal([sys.executable, __file__, "--show", str(log)])
            terminal.wait_for(_answer(0), 30)
            flood = subprocess.Popen([sys.executable, "-c", _FLOOD, str(lines)], stdout=stream)
        try:
            keys = list(_SEARCH)
            while flood.poll() is None or keys:
                moment = time.perf_counter() + chance.uniform(0.0, 0.08)
                while time.perf_counter() < moment:
                    terminal.read(moment - time.perf_counter())
                pressed, count = time.perf_counter(), count + 1
                terminal.press(keys.pop(0) if keys else chance.choice(_KEYS))
                waits.append(terminal.wait_for(_answer(count), 60) - pressed)
            return waits, terminal.memory("VmHWM")
        finally:
            flood.kill()
            flood.wait()
            terminal.close()


def main() -> None:
    """Measure and print; with ``--show`` be the app that is measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--show", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.show:
        FloodApp(options.show).run()
        return
    rounds = [measure(options.lines, number) for number in range(options.rounds)]
    waits = [wait for found, _memory in rounds for wait in found]
    cuts = quantiles(waits, n=100, method="inclusive")
    print(f"{options.lines:,} lines, {options.rounds} rounds, {len(waits)} keys")
    p50, p95, longest = (1000 * seconds for seconds in (cuts[49], cuts[94], max(waits)))
    print(f"key to answer: p50 {p50:.0f} ms, p95 {p95:.0f} ms, max {longest:.0f} ms")
    print(f"peak memory: {max(memory for _waits, memory in rounds):.0f} MB")


if __name__ == "__main__":
    main()
