"""The last lines of a log, as many as there is room for."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from pipeline.text import one_line
from tui.widgets.line import Line


class Tail(Line):
    """Shows the end of ``lines``; a line that is too long is cut."""

    DEFAULT_CSS = """
    Tail { height: 1fr; min-height: 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._lines: Sequence[str] = ()

    def show_lines(self, lines: Sequence[str]) -> None:
        """Show the end of ``lines``."""
        self._lines = lines
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        room = max(1, self.size.height)
        self.show(Text("\n".join(one_line(line) for line in list(self._lines)[-room:])))
