"""One test image, large: its picture, its label, and what each model found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from pipeline.report.samples import Sample
from pipeline.text import one_line
from tui.appearance import symbol
from tui.backend import Backend
from tui.keys import bindings
from tui.widgets.footer import Footer
from tui.widgets.line import Line
from tui.widgets.sample_view import SampleView


class ReadingScreen(Screen[int]):
    """Goes through the images one by one; dismissed with the index of the last one."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("reading")]
    DEFAULT_CSS = """
    ReadingScreen { background: $surface; color: $foreground; }
    ReadingScreen #place { height: 1; padding: 0 1; background: $panel; text-wrap: nowrap; }
    ReadingScreen SampleView { padding: 1 1 0 1; }
    """

    def __init__(self, backend: Backend, rows: Sequence[Sample], index: int) -> None:
        super().__init__()
        self._rows, self._index = rows, index
        self._view = SampleView(backend)

    def compose(self) -> ComposeResult:
        yield Line(id="place")
        yield self._view
        yield Footer()

    def on_mount(self) -> None:
        self._show()

    def _show(self) -> None:
        row = self._rows[self._index]
        place = Text(f"{self._index + 1}/{len(self._rows)}", "bold")
        place.append(f" {symbol('dot')} {one_line(row.image)}")
        self.query_one("#place", Line).show(place)
        self._view.show_sample(row)

    # Keys.

    def action_go(self, lines: int) -> None:
        """Go to another image."""
        index = max(0, min(self._index + lines, len(self._rows) - 1))
        if index != self._index:
            self._index = index
            self._show()

    def action_close(self) -> None:
        """Go back to the table."""
        self.dismiss(self._index)
