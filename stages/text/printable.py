"""Text from outside (labels, file names, logs), made safe to show: it cannot drive a terminal.

Standard library only: the host uses it too.
"""

from __future__ import annotations

import unicodedata

#: What a message shows of a text from outside.
SHOWN = 80


def one_line(text: str) -> str:
    """Return ``text`` with every control, format or unassigned character shown as an escape.

    Escape codes, newlines, direction overrides and broken UTF-8 become visible text, so that nothing
    they say can move a cursor, forge a line or reverse a name.
    """
    return "".join(
        point if point.isprintable() or unicodedata.category(point) == "Zs" else _escape(point)
        for point in text
    )


def several_lines(text: str) -> str:
    """Return ``text`` with each of its lines made safe by :func:`one_line`."""
    return "\n".join(one_line(line) for line in text.splitlines())


def printable(text: str, limit: int = SHOWN) -> str:
    r"""Return :func:`one_line` text cut at ``limit``; a space that is not ASCII is an escape too."""
    shown = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(point if point.isprintable() else _escape(point) for point in shown)


def quoted(text: str, limit: int = SHOWN) -> str:
    """Return :func:`printable` text in double quotes."""
    return f'"{printable(text, limit)}"'


def code_point(character: str) -> str:
    """Return ``"é" (U+00E9)`` for one character, or the code points of a longer entry."""
    points = " ".join(f"U+{ord(point):04X}" for point in character[:SHOWN])
    return f"{quoted(character)} ({points})"


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
