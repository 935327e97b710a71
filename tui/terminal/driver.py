"""Textual's driver for Unix, with an input that can wait, be asked, and end."""

from __future__ import annotations

import os
import select
import signal
import threading
from codecs import getincrementaldecoder
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from tui.terminal.answers import Answers, question
from tui.terminal.early import typed_ahead
from tui.terminal.title import begun, ended, rung, takes_titles, titled

if TYPE_CHECKING:
    from textual.app import App

#: Seconds between two looks whether input has ended; as long, at most, a lone escape key waits.
_LOOK = 0.1
#: Seconds in which a screen without a terminal leaves by itself.
_GRACE = 5


class ScreenDriver(LinuxDriver):
    """Reads keys from the first frame on, takes answers out of them, and ends with the terminal.

    Textual reads at once, asks for a key's text to be valid UTF-8, and at the end of file reads on for ever.
    """

    def __init__(
        self,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self.answers = Answers()
        self._may_read, self._is_gone = threading.Event(), False
        self._title, self._has_title = "", takes_titles(os.environ)
        self._when_answered: list[Callable[[], None]] = []
        _use(self)

    # What the app asks for.

    def listen(self) -> None:
        """Begin to read: the first frame is drawn, so keys can act on it."""
        self._may_read.set()

    def ask(self, then: Callable[[], None]) -> None:
        """Ask, once, what images the terminal can show; ``then`` is called in the app when it has said."""
        text = question(os.environ)
        if self.answers.graphics is not None or not text:
            return
        self._when_answered.append(then)
        if not self.answers.is_asked:
            self.answers.is_asked = True
            self.write(text)

    def show_title(self, text: str) -> None:
        """Give the window a title, until the screen is left or a pager takes its place."""
        if self._has_title and text != self._title:
            self.write(titled(text) if self._title else begun(text))
            self._title = text

    def ring(self, text: str) -> None:
        """Call a person who looks elsewhere."""
        self.write(rung(text) if self._has_title else "\a")

    # What Textual asks for.

    def start_application_mode(self) -> None:
        """Start; what is restored at the end is the terminal as it was before this program."""
        start: Callable[[], None] = super().start_application_mode
        start()
        self.attrs_before = typed_ahead().before or self.attrs_before
        if self._title:
            self.write(begun(self._title))

    def stop_application_mode(self) -> None:
        """Stop; the title that was comes back."""
        if self._title:
            self.write(ended())
        super().stop_application_mode()

    def write(self, data: str) -> None:
        """Write, as long as there is a terminal: the queue before it would fill up and hold the app."""
        if not self._is_gone:
            super().write(data)

    def close(self) -> None:
        """Wait for all that is written, if anybody takes it."""
        if not self._is_gone:
            super().close()

    def run_input_thread(self) -> None:
        """Read keys until the driver or the terminal ends."""
        feed, tick = (parser := XTermParser(self._debug)).feed, parser.tick
        decode = getincrementaldecoder("utf-8")("replace").decode
        while not self._may_read.wait(_LOOK):
            if self.exit_event.is_set():
                return
        while not self.exit_event.is_set():
            is_late = not select.select([self.fileno], [], [], _LOOK)[0]
            data = b"" if is_late else self._read()
            if data is None:
                self._end()
                return
            if text := self._without_answers(decode(data), is_late=is_late):
                for event in feed(text):
                    self.process_message(event)
            for event in tick():
                self.process_message(event)

    def _read(self) -> bytes | None:
        """Return what was typed; None if the terminal is gone."""
        ahead = typed_ahead()
        try:
            data = os.read(self.fileno, ahead.as_lines or 4096)
        except BlockingIOError:
            return b""
        except OSError:
            return None
        if ahead.as_lines:
            ahead.as_lines -= len(data)
            data = data.replace(b"\n", b"\r")
        return data or None

    def _without_answers(self, text: str, *, is_late: bool) -> str:
        text = self.answers.taken_from(text, is_late=is_late)
        if self.answers.graphics is not None:
            while self._when_answered:
                self._app.call_later(self._when_answered.pop())
        return text

    def _end(self) -> None:
        """Leave: nobody sees this screen, and nobody can close it."""
        self._is_gone = True
        end_in_time()
        self._app.call_later(self._app.exit, None, 128 + signal.SIGHUP)


def end_in_time() -> None:
    """See to it that the process ends, however its own leaving goes: the kernel does it after a while.

    There is nothing to lose: a run is another process, and files are written whole.
    """
    signal.alarm(_GRACE)


_driver: ScreenDriver | None = None


def _use(driver: ScreenDriver) -> None:
    global _driver  # noqa: PLW0603 - one terminal a process
    _driver = driver


def terminal() -> ScreenDriver | None:
    """Return the terminal's driver; None where the screen is in none, as in tests."""
    return _driver
