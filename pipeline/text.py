"""Text for people: what comes from outside (labels, file names, logs) made safe to show, and hints."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection

from stages.message import msg
from stages.text import printable
from stages.text.printable import several_lines

__all__ = [
    "human_seconds", "human_size", "nearest", "one_line", "several_lines", "shown", "unfolded",
    "without_credentials", "without_secrets",
]  # fmt: skip


def one_line(text: str) -> str:
    """Return what :func:`stages.text.printable.one_line` does: of most texts all is, and fast, as it was."""
    return str(text) if text.isprintable() else printable.one_line(text)


def unfolded(text: str) -> str:
    """Return a text of several lines as one, each made safe by :func:`one_line`."""
    return " ".join(one_line(line.strip()) for line in text.splitlines())


#: Carries a mark that has nothing to stand on.
_CARRIER = "\u25cc"


def shown(text: str) -> str:
    """Return :func:`one_line` text; a mark at its beginning gets something to stand on."""
    safe = one_line(text)
    leading = bool(safe) and unicodedata.category(safe[0]).startswith("M")
    return _CARRIER + safe if leading else safe


# Up to the last @, for a password may have one. Who is asked over ssh is part of the way there, not a secret.
_CREDENTIALS = re.compile(r"(?<=://)(?<!ssh://)[^/?#\s]*@|(?<=ssh://)[^/?#\s@]*:[^/?#\s]*@")


def without_credentials(text: str) -> str:
    """Return a text with who asks taken out of the addresses in it: ``https://user:password@…``."""
    return _CREDENTIALS.sub("", text)


def without_secrets(address: str) -> str:
    """Return an address without what may be secret: who asks, and the query."""
    return one_line(without_credentials(address.partition("?")[0].partition("#")[0]))


def cut(text: str, most: int) -> str:
    """Return a text of ``most`` characters at the most; the last says that there was more."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


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
    return (
        msg('; did you mean "{close}"?', close[0])
        if close
        else msg("; known: {known}", ", ".join(known))
    )
