"""Scroll bars for terminals that show nothing beyond ASCII."""

from __future__ import annotations

from typing import ClassVar

from textual.scrollbar import ScrollBar, ScrollBarRender


class PlainScrollBar(ScrollBarRender):
    """Drawn with background colours only, to whole cells."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "] * 8


def use_scroll_bars(*, ascii_only: bool) -> None:
    """Let all scroll bars be drawn with what the terminal shows."""
    ScrollBar.renderer = PlainScrollBar if ascii_only else ScrollBarRender
