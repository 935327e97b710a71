"""The bundled example by keyboard alone, in tmux at 80×24: ``scripts/tour FOLDER OUT``.

Begins with an empty folder, presses plain keys, waits for what must come up, and saves a picture of every
step as ``OUT/tour-NN-NAME.svg``.
The first step that does not come ends the tour with exit code 1 and what was on the screen instead.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from tmux import NotShown, Tmux, terminal

COLUMNS, ROWS = 80, 24
#: Building the images from nothing, and the longest stage, in seconds.
_BUILD, _STAGE = 3600.0, 900.0
#: What lies over a corner of the screen for some seconds after a run.
_TOAST = "The models compared: key 2"


class Tour:
    """Walks through the text UI; each step presses keys, waits, and takes a picture."""

    def __init__(self, screen: Tmux, folder: Path, out: Path) -> None:
        self._screen, self._folder, self._out = screen, folder, out
        self._taken = 0

    def press(self, *keys: str, until: str, within: float = 15.0) -> None:
        """Press keys and wait until ``until`` is shown."""
        self._screen.press(*keys)
        self._screen.wait_for(until, seconds=within)

    def picture(self, name: str) -> None:
        """Save what is on the screen."""
        self._screen.settle()
        self._taken += 1
        target = self._out / f"tour-{self._taken:02}-{name}.svg"
        self._screen.save(f"paddock {self._folder.name}", target)
        print(f"{self._taken:2}  {name}", flush=True)

    def start(self, until: str) -> None:
        """Type the command in the shell."""
        self._screen.type(f"paddock {self._folder.name}")
        self.press("Enter", until=until, within=30)

    # The steps, in order.

    def first_contact(self) -> None:
        """An empty folder: what it may become, and the form for one's own data."""
        self.start(until="There is no project in this folder yet")
        self._screen.wait_for("images:", seconds=30)
        self.picture("empty-folder")
        self.press("End", "Enter", until="good enough")
        self.picture("form")
        self.press("Escape", until="goes back without")
        self.press("Escape", until="What should it become?")

    def example(self) -> None:
        """The example is drawn, after building the images if there are none."""
        self.press("Home", "Enter", until="the example alphanumeric")
        self.press("Enter", until="the example alphanumeric")
        came = self._screen.wait_for("never run", "to build them", seconds=60)
        if came == "to build them":
            self.picture("images-missing")
            self.press("b", until="building the images")
            self.picture("building")
            self._screen.wait_for("never run", seconds=_BUILD)
        self._screen.wait_for("to run it")
        self.picture("example")

    def run(self) -> None:
        """The run starts, and trains: the curve grows while one looks."""
        self.press("r", until="▶ train 2/5", within=_STAGE)
        self._screen.wait_for("left", seconds=120)  # how long it will take
        self.picture("training")
        self.press("m", until="best ", within=_STAGE)
        self._screen.wait_for("epoch 4", seconds=_STAGE)
        self.picture("learning-curve")

    def files_and_log(self) -> None:
        """What data made, and what training said."""
        self.press("Escape", "Up", "a", "z", until="dict.txt")
        self.picture("files")
        self.press("Escape", "Down", "l", "Enter", until="train.log")
        self.press("/", until="search:")
        self._screen.type("warning")
        self.press("Enter", until="/warning")
        self.picture("log-search")
        self.press("Escape", "Escape", until="○ waiting")

    def leave_and_come_back(self) -> None:
        """Quit while it runs, detach, attach; then the screen is killed, and attached again."""
        self.press("q", until="Detach")
        self.picture("quit-asks")
        self.press("Down", "Enter", until="The run goes on")
        self.picture("detached")
        self.start(until="▸1 run")
        self.picture("attached")
        os.kill(self._screen.child(), signal.SIGKILL)
        self._screen.wait_for("Killed")
        self._screen.type("reset")  # what a killed program leaves behind in the terminal
        self._screen.press("Enter")
        self._screen.wait_until_gone("Killed")
        self.start(until="▸1 run")
        self.picture("attached-after-kill")

    def verdict(self) -> None:
        """The run ends; the models stand side by side, then the lines that they misread."""
        self._screen.wait_for("PASS", seconds=2 * _STAGE)
        self.picture("pass")
        self._screen.wait_until_gone(_TOAST)
        self.press("2", until="unlike the label")
        self.picture("parity")
        self.press("Tab", until="differs")
        self.picture("mismatch")

    def proofs(self) -> None:
        """Dictionary, environment, guards."""
        self.press("5", until="▸5 guards")
        self.press("d", until="where it was compared")
        self.picture("dictionary")
        self.press("Escape", until="▸5 guards")
        self.press("4", until="▸4 environment")
        self.picture("environment")
        self.press("5", until="▸5 guards")
        self.picture("guards")

    def history(self) -> None:
        """A second run, in which all is cached; both runs compared; the machine; all keys."""
        self.press("1", until="▸1 run")
        self.press("r", until="cached", within=120)
        self._screen.wait_for("PASS", seconds=120)
        self.picture("cached")
        self._screen.wait_until_gone(_TOAST)
        self.press("6", until="2 runs")
        self.picture("history")
        self.press("c", until="two runs compared")
        self.picture("compare")
        self.press("Escape", until="2 runs")
        self.press("7", until="▸7 machine")
        self.press("e", until="Looking at this machine")
        self._screen.wait_until_gone("Looking at this machine")
        self._screen.wait_for("images:", seconds=30)
        self.picture("machine")
        self.press("1", until="▸1 run")
        self.press("?", until="Everywhere")
        self.picture("help")
        self.press("Escape", until="▸1 run")

    def guards(self) -> None:
        """What the guards screen opens: a pitfall explained, the weights' way, the audit."""
        self.press("5", until="▸5 guards")
        self.press("e", until="how it shows")
        self.picture("explanation")
        self.press("Escape", until="▸5 guards")
        self.press("w", until="From model to model")
        self.picture("weights")
        self.press("Escape", until="▸5 guards")
        self.press("a", until="all as recorded", within=120)
        self.picture("audit")
        self.press("Escape", "q", until="of alphanumeric")


STEPS: tuple[Callable[[Tour], None], ...] = (
    Tour.first_contact,
    Tour.example,
    Tour.run,
    Tour.files_and_log,
    Tour.leave_and_come_back,
    Tour.verdict,
    Tour.proofs,
    Tour.history,
    Tour.guards,
)


def main() -> int:
    """Walk; return the exit code."""
    arguments = _arguments()
    folder, out = arguments.folder.resolve(), arguments.out.resolve()
    if folder.exists() and any(folder.iterdir()):
        print(f"tour: {folder} is not empty: name another folder", file=sys.stderr)
        return 2
    folder.mkdir(parents=True, exist_ok=True)
    out.mkdir(parents=True, exist_ok=True)
    try:
        with terminal(folder.parent, COLUMNS, ROWS) as screen:
            for old in out.glob("tour-*.svg"):
                old.unlink()
            tour = Tour(screen, folder, out)
            for step in STEPS:
                step(tour)
    except (NotShown, FileNotFoundError) as error:
        print(f"tour: {error}", file=sys.stderr)
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="an empty folder, or one to make")
    parser.add_argument("out", type=Path, help="gets the pictures, in place of earlier ones")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
