"""A real terminal to press keys in and to look at: tmux, with a server of its own."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from rich.console import Console
from rich.text import Text

import svg

#: How often the screen is looked at, in seconds.
_LOOK = 0.2
#: From key to key, in seconds: what follows esc at once would be taken for one key with it.
_KEY = 0.25
#: Variables that would make pictures differ from machine to machine.
_TAKEN_AWAY = ("SSH_CONNECTION", "SSH_TTY", "NO_COLOR", "TMUX", "LANGUAGE", "LC_MESSAGES")


class NotShown(Exception):
    """Something did not come up on the screen; the message holds what was there instead."""


class Tmux:
    """One window of ``columns`` by ``rows`` with a shell in it."""

    def __init__(self, name: str, folder: Path, columns: int, rows: int) -> None:
        self._name, self.columns = name, columns
        size = ("-x", str(columns), "-y", str(rows))
        shell = "bash --noprofile --norc"
        self._run("-f", os.devnull, "new-session", "-d", *size, "-c", str(folder), shell)
        self._run("set-option", "-g", "status", "off")  # its line would be one of the rows

    def press(self, *keys: str) -> None:
        """Press keys, by tmux's names (``Enter``, ``Down``, ``q``), not faster than a person."""
        for key in keys:
            self._run("send-keys", key)
            time.sleep(_KEY)

    def type(self, text: str) -> None:
        """Type text as it is."""
        self._run("send-keys", "-l", text)

    def text(self) -> str:
        """Return what is on the screen."""
        return self._run("capture-pane", "-p")

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the window."""
        self.columns = columns
        self._run("resize-window", "-x", str(columns), "-y", str(rows))

    def wait_for(self, *wanted: str, seconds: float = 15.0) -> str:
        """Wait until one of ``wanted`` is on the screen, and return which.

        Raises:
            NotShown: none came.
        """
        deadline = time.monotonic() + seconds
        while True:
            shown = self.text()
            found = next((text for text in wanted if text in shown), None)
            if found is not None:
                return found
            if time.monotonic() > deadline:
                texts = " or ".join(map(repr, wanted))
                raise NotShown(f"{texts} did not come within {seconds:g} s, but:\n{shown}")
            time.sleep(_LOOK)

    def wait_until_gone(self, text: str, seconds: float = 15.0) -> None:
        """Wait until ``text`` is no longer on the screen.

        Raises:
            NotShown: it stayed.
        """
        deadline = time.monotonic() + seconds
        while text in self.text():
            if time.monotonic() > deadline:
                raise NotShown(f"{text!r} did not go within {seconds:g} s:\n{self.text()}")
            time.sleep(_LOOK)

    def settle(self, seconds: float = 3.0) -> None:
        """Wait until two looks in a row show the same, or for ``seconds``."""
        deadline, before = time.monotonic() + seconds, ""
        while (now := self.text()) != before and time.monotonic() < deadline:
            before = now
            time.sleep(_LOOK)

    def child(self) -> int:
        """Return the pid of what the shell runs.

        Raises:
            NotShown: it runs nothing.
        """
        shell = self._run("list-panes", "-F", "#{pane_pid}").strip()
        children = Path(f"/proc/{shell}/task/{shell}/children").read_text().split()
        if not children:
            raise NotShown(f"the shell runs nothing:\n{self.text()}")
        return int(children[-1])

    def save(self, title: str, target: Path) -> None:
        """Save a picture of the screen, with its colours."""
        shown = self._run("capture-pane", "-e", "-N", "-p").rstrip("\n")
        console = Console(
            width=self.columns,
            record=True,
            file=io.StringIO(),
            force_terminal=True,
            color_system="truecolor",
        )
        # As a whole: tmux says a colour once, and it holds on the lines that follow.
        console.print(Text.from_ansi(shown), no_wrap=True, overflow="crop", highlight=False)
        svg.save(console, title, target)

    def close(self) -> None:
        """End the shell and all that runs in the window."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self._run("kill-server")

    def _run(self, *arguments: str) -> str:
        # The name of the server is ours alone: nobody's sessions are touched.
        command = ["tmux", "-L", self._name, *arguments]
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=_environ())
        return done.stdout


@contextlib.contextmanager
def terminal(folder: Path, columns: int, rows: int) -> Iterator[Tmux]:
    """Give a terminal that is gone afterwards.

    Raises:
        FileNotFoundError: there is no tmux.
    """
    if not shutil.which("tmux"):
        raise FileNotFoundError("there is no tmux: install it (apt-get install tmux)")
    opened = Tmux(f"paddock-tour-{os.getpid()}", folder, columns, rows)
    try:
        yield opened
    finally:
        opened.close()


def _environ() -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _TAKEN_AWAY}
    here = Path(sys.executable).parent  # where paddock is, too
    path = f"{here}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return {**kept, "PATH": path, "LC_ALL": "C.UTF-8", "COLORTERM": "truecolor", "PS1": "$ "}
