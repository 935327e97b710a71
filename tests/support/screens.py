"""Text UIs in terminals of their own, many at once: forked from one process that has imported all of it.

What a fork cannot show is what happens while a process imports: :func:`Screens.open` can start a real one.
"""

from __future__ import annotations

import fcntl
import gc
import importlib
import json
import os
import pkgutil
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.cli import ENGLISH, NO_ENGINE
from support.patience import Patience

_ROOT = Path(__file__).parents[2]
#: What xterm says when it is asked how large a cell is, and what it is: in the order of the questions.
XTERM = {b"\x1b[16t": b"\x1b[6;16;8t", b"\x1b[c": b"\x1b[?62;22c"}
_ESCAPES = re.compile(rb"\x1b(?:\[[0-9;?<>=]*[ -/]*[@-~]|\][^\x07]*\x07|_[^\x1b]*\x1b\\|[()].|.)")
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Ended:
    """How a screen's process ended: exit code, or the negative number of a signal; and its CPU in seconds."""

    code: int
    cpu: float


@dataclass
class Screen:
    """A text UI, and the other end of its terminal."""

    pid: int
    master: int
    answers: Mapping[bytes, bytes]
    of: Callable[[int], Ended | None]
    drawn: bytes = field(default=b"", repr=False)
    _unanswered: bytes = field(default=b"", repr=False)

    def press(self, keys: bytes) -> None:
        """Type."""
        os.write(self.master, keys)

    def press_if(self, question: str, keys: bytes) -> None:
        """Answer a question that may be asked; without it the process ends."""
        patience = Patience()
        while self.of(self.pid) is None and question not in self.text:
            patience.check(lambda: f"neither came: {self.text[-2000:]}")
            self.read(0.02)
        if self.of(self.pid) is None:
            self.press(keys)

    def read(self, seconds: float = 0.0) -> bool:
        """Take in what is drawn within a time, and answer; False if that was nothing, or it has ended."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.master, 1 << 16)
        except OSError:
            return False
        self.drawn += data
        self._unanswered += data
        for question, answer in self.answers.items():
            if question in self._unanswered:
                self._unanswered = self._unanswered.replace(question, b"")
                self.press(answer)
        self._unanswered = self._unanswered[-8:]
        return True

    @property
    def text(self) -> str:
        """All that was ever drawn, without escape codes."""
        return _ESCAPES.sub(b"", self.drawn).decode("utf-8", "replace")

    def until(self, text: str) -> None:
        """Wait until ``text`` was drawn."""
        self._until(lambda: text in self.text, text)

    def until_drawn(self, codes: str) -> None:
        """Wait until the terminal was sent ``codes``, escape codes and all."""
        self._until(lambda: codes.encode() in self.drawn, codes)

    def _until(self, has_come: Callable[[], bool], text: str) -> None:
        patience = Patience()
        while not has_come():
            patience.check(lambda: f"{text!r} never came: {self.text[-2000:]}")
            assert self.read(1.0) or self.of(self.pid) is None, f"it ended: {self.text[-2000:]}"

    def cpu(self) -> float:
        """Return the seconds of CPU that it has used; 0 if it is gone."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / _TICK

    def close(self) -> None:
        """Take the terminal away."""
        os.close(self.master)

    def ended(self) -> Ended:
        """Wait for the end of its process."""
        patience = Patience()
        while (ended := self.of(self.pid)) is None:
            patience.check(self._killed)
            time.sleep(0.02)
        return ended

    def _killed(self) -> str:
        os.kill(self.pid, signal.SIGKILL)
        return "it did not end"

    def left(self) -> Ended:
        """Read on until its process has ended, as a terminal does."""
        patience = Patience()
        while self.of(self.pid) is None:
            patience.check(lambda: f"it did not end: {self.text[-2000:]}")
            self.read(0.02)
        while self.read():
            pass
        self.close()
        return self.ended()


class Screens:
    """Opens screens; all end with it."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process, self._ended = process, dict[int, Ended]()
        self._open: list[int] = []

    def open(
        self,
        *words: str | Path,
        environ: Mapping[str, str] | None = None,
        typed: bytes = b"",
        answers: Mapping[bytes, bytes] = XTERM,
        real: bool = False,
    ) -> Screen:
        """Open one at 80 × 24; ``typed`` is there before it starts; a ``real`` one has its own Python."""
        master, slave = pty.openpty()
        fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        if typed:
            os.write(master, typed)
        asked = {
            "terminal": os.ttyname(slave),
            "words": list(map(str, words)),
            "environ": {**NO_ENGINE, **ENGLISH, "TERM": "xterm-256color", **(environ or {})},
            "real": real,
        }
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        self._process.stdin.flush()
        while (said := self._said())[0] != "began":
            pass
        self._open.append(pid := int(said[1]))
        os.close(slave)
        return Screen(pid, master, answers, self.end_of)

    def end_of(self, pid: int) -> Ended | None:
        """Return how a screen has ended; None while it has not."""
        assert self._process.stdout
        while select.select([self._process.stdout], [], [], 0)[0]:
            self._said()
        return self._ended.get(pid)

    def _said(self) -> list[Any]:
        assert self._process.stdout
        said: list[Any] = json.loads(self._process.stdout.readline())
        if said[0] == "ended":
            self._ended[said[1]] = Ended(said[2], said[3])
        return said

    def close(self) -> None:
        """End all that are left."""
        for pid in self._open:
            if self.end_of(pid) is None:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self._process.terminate()


@contextmanager
def screens() -> Iterator[Screens]:
    """Give what opens screens."""
    with subprocess.Popen(
        [sys.executable, "-m", "support.screens"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(_ROOT), str(_ROOT / "tests")]),
        },
    ) as process:
        opener = Screens(process)
        try:
            yield opener
        finally:
            opener.close()


# The process that forks.


def _serve() -> None:
    """Fork a screen a line of stdin, and say on stdout when one has ended."""
    _import_all()
    gc.freeze()
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    while True:
        ready = select.select([0, woken], [], [])[0]
        if woken in ready:
            os.read(woken, 512)
            _reap()
        if 0 in ready:
            line = _line()
            if not line:
                return
            asked = json.loads(line)
            if (pid := os.fork()) == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _be_screen(**asked)
            _say("began", pid)


def _import_all() -> None:
    import tui.screens  # noqa: PLC0415 - whoever opens screens does without
    import tui.widgets  # noqa: PLC0415

    for package in (tui.screens, tui.widgets):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    for name in ("tui.cli", "tui.launch", "tui.app", "tui.summary"):
        importlib.import_module(name)


def _line() -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        if not (byte := os.read(0, 1)):
            return b""
        line += byte
    return line


def _reap() -> None:
    with suppress(ChildProcessError):
        while (found := os.wait4(-1, os.WNOHANG))[0]:
            pid, status, used = found
            _say("ended", pid, os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime)


def _say(*what: object) -> None:
    os.write(1, json.dumps(what).encode() + b"\n")


def _be_screen(
    terminal: str, words: Sequence[str], environ: Mapping[str, str], *, real: bool
) -> None:
    """Be ``paddock`` with the terminal as the one that controls this process."""
    os.setsid()
    controls = os.open(terminal, os.O_RDWR)
    fcntl.ioctl(controls, termios.TIOCSCTTY, 0)
    for standard in (0, 1, 2):
        os.dup2(controls, standard)
    for name in ("CI", "SSH_CONNECTION", "SSH_TTY", "TMUX", "STY", "NO_COLOR", "COLORTERM"):
        os.environ.pop(name, None)
    os.environ.update(environ)
    if real:
        os.execv(sys.executable, [sys.executable, "-m", "tui.cli", *words])  # noqa: S606 - no shell is wanted
    for number, (name, mode) in enumerate([("stdin", "r"), ("stdout", "w"), ("stderr", "w")]):
        stream = os.fdopen(number, mode, encoding="utf-8", closefd=False)
        vars(sys).update({name: stream, f"__{name}__": stream})
    from tui.cli import main  # noqa: PLC0415 - as above

    sys.exit(main(words))


if __name__ == "__main__":
    _serve()
