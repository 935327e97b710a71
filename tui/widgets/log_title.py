"""The line above a log: which file, and how it is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.cells import cell_len
from rich.text import Text

from pipeline.text import one_line
from tui.appearance import symbol
from tui.language import _
from tui.widgets.header import shortened
from tui.widgets.line import Line

#: Cells that a path keeps in any case.
_PATH = 16


class LogTitle(Line):
    """Shows a file's title and path, and to the right what is told of it; the path is shortened to fit."""

    DEFAULT_CSS = """
    LogTitle { height: 1; width: 1fr; background: $panel; padding: 0 1; text-wrap: nowrap; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._title, self._path, self._told = "", "", Text()

    def tell(self, title: str, path: Path | None, told: Sequence[str]) -> None:
        """Show all this."""
        self._title = f"{one_line(title)}  " if title else ""
        self._path = one_line(str(path)) if path else _("no log")
        self._told = Text(f" {symbol('dot')} ".join(told))
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        width, right = self.size.width, self._told
        room = width - right.cell_len - 2
        line = Text(self._title if room >= cell_len(self._title) + _PATH else "", "bold")
        line.append(shortened(self._path, max(min(_PATH, width), room - line.cell_len)))
        line.append(" " * max(2, width - line.cell_len - right.cell_len))
        line.append_text(right)
        line.truncate(width)
        self.show(line)
