"""Frames, and the dots where text was cut, for terminals that show nothing beyond ASCII.

Symbols of our own come from ``tui.appearance``; these are what Textual and Rich draw by themselves.
"""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

#: Each takes one cell, as what it stands for. The triangle is in a plan's sentences, which batch shows too.
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("─━", "-"),
        **dict.fromkeys("│┃▏▌▐", "|"),
        **dict.fromkeys("╭╮╰╯┌┐└┘├┤┬┴┼", "+"),
        "…": "~",
        "▶": ">",
    }
)


class AsciiFilter(LineFilter):
    """Replaces them in every line on its way to the terminal."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments in ASCII; what users wrote is not touched, but for these."""
        return [
            segment
            if segment.text.isascii()
            else segment._replace(text=segment.text.translate(_PLAIN))
            for segment in segments
        ]
