"""What is typed while the program starts is kept for the screen: not shown, not taken by lines, not lost."""

from __future__ import annotations

import fcntl
import signal
import struct
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

#: Of what ``tcgetattr`` gives.
_INPUT, _LOCAL, _CHARACTERS = 0, 3, 6


@dataclass
class TypedAhead:
    """How the terminal was, and how many bytes were typed before it was told to keep them.

    Enter is a line's end in these bytes, where it is a carriage return in all that follow.
    """

    before: list[object] | None = None
    as_lines: int = 0


_ahead = TypedAhead()


def typed_ahead() -> TypedAhead:
    """Return what :func:`keeping_keys` has found."""
    return _ahead


@contextmanager
def keeping_keys() -> Iterator[None]:
    """Until the end, the terminal shows nothing of what is typed and keeps every key as it is.

    The kernel holds the keys (4 kB of them) until the screen reads them, after its first frame. ``^C`` works
    meanwhile.
    """
    stdin = sys.__stdin__
    if stdin is None or not stdin.isatty():
        yield
        return
    fileno = stdin.fileno()
    try:
        before = termios.tcgetattr(fileno)
        now = termios.tcgetattr(fileno)
        now[_INPUT] &= ~(termios.ICRNL | termios.INLCR | termios.IGNCR)
        now[_LOCAL] &= ~(termios.ECHO | termios.ICANON)
        now[_CHARACTERS][termios.VMIN] = 1
        signal.signal(signal.SIGTERM, _leave)  # the screen has a handler of its own
        termios.tcsetattr(fileno, termios.TCSANOW, now)
        _ahead.before, _ahead.as_lines = before, _waiting(fileno)
    except (OSError, termios.error):  # the terminal is gone already: reading tells
        yield
        return
    try:
        yield
    finally:
        with suppress(OSError, termios.error):
            termios.tcsetattr(fileno, termios.TCSADRAIN, before)


def _leave(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


def _waiting(fileno: int) -> int:
    """Return how many bytes can be read at once."""
    empty = struct.pack("i", 0)
    return int(struct.unpack("i", fcntl.ioctl(fileno, termios.FIONREAD, empty))[0])
