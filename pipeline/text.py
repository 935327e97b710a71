"""Text for people: what comes from outside (labels, file names, logs) made safe to show, and hints."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Collection


def one_line(text: str) -> str:
    """Return ``text`` with every control, format or unassigned character shown as an escape.

    Escape codes, newlines, direction overrides and broken UTF-8 become visible text, so that nothing
    they say can move a cursor, forge a line or reverse a name.
    """
    return "".join(character if _is_plain(character) else _escaped(character) for character in text)


def several_lines(text: str) -> str:
    """Return ``text`` with each of its lines made safe by :func:`one_line`."""
    return "\n".join(one_line(line) for line in text.splitlines())


def _is_plain(character: str) -> bool:
    return unicodedata.category(character)[0] != "C" and character not in "\u2028\u2029"


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


def human_size(size: int) -> str:
    """Return a size in bytes with a decimal unit, as ``12.3 MB``."""
    value = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    raise AssertionError("unreachable")


def human_seconds(seconds: float) -> str:
    """Return a duration as ``0.4 s``, ``42 s`` or ``3 min 07 s``."""
    if seconds < 9.95:  # what rounds to 10.0 is said as 10
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def nearest(name: str, known: Collection[str]) -> str:
    """Return a hint at what was meant: the nearest known name, or all of them."""
    close = difflib.get_close_matches(name, known, n=1)
    return f'; did you mean "{close[0]}"?' if close else f"; known: {', '.join(known)}"
