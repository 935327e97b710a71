"""Text from outside (labels, file names, logs), made safe to show: it cannot drive a terminal."""

from __future__ import annotations

#: What a message shows of a text from outside.
SHOWN = 80


def printable(text: str, limit: int = SHOWN) -> str:
    r"""Return ``text`` with whatever does not print as ``\x1b``-like escapes, cut at ``limit``."""
    shown = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(point if point.isprintable() else _escape(point) for point in shown)


def quoted(text: str, limit: int = SHOWN) -> str:
    """Return :func:`printable` text in double quotes."""
    return f'"{printable(text, limit)}"'


def code_point(character: str) -> str:
    """Return ``"é" (U+00E9)`` for one character, or all the code points of a longer entry."""
    points = " ".join(f"U+{ord(point):04X}" for point in character)
    return f"{quoted(character)} ({points})"


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
