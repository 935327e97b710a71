"""Which characters are taken for which, and how often by each model: one is chosen to see its lines."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from pipeline.text import one_line
from tui.keys import bindings
from tui.language import _
from tui.views.confusions import Confusion, Counts
from tui.widgets.columns import joined, padded, widest
from tui.widgets.footer import Footer
from tui.widgets.line import Line
from tui.widgets.listing import Listing


class ConfusionsScreen(Screen[Confusion]):
    """Dismissed with the chosen one, or with None."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("page")]
    DEFAULT_CSS = """
    ConfusionsScreen { background: $surface; color: $foreground; }
    ConfusionsScreen #title { height: 1; padding: 0 1; background: $panel; text-style: bold; }
    ConfusionsScreen #heads { height: 1; padding: 0 3; text-style: dim; text-wrap: nowrap; }
    """

    def __init__(self, counts: Counts) -> None:
        super().__init__()
        self._counts = counts
        self._models = [*dict.fromkeys(name for each in counts.values() for name in each)]
        self._words = widest((item.words for item in counts), 40)

    def compose(self) -> ComposeResult:
        yield Line(id="title")
        yield Line(id="heads")
        yield Listing()
        yield Footer()

    def on_mount(self) -> None:
        self.query_one("#title", Line).show(
            _("What the label has, and what was read for it: choose one to see where")
        )
        heads = [padded("", self._words), *(Text(one_line(name)) for name in self._models)]
        self.query_one("#heads", Line).show(joined(heads))
        rows = [*self._counts.items()]
        listing = self.query_one(Listing)
        listing.show_rows(len(rows), lambda index, _width: self._row(*rows[index]))
        listing.focus()

    def _row(self, confusion: Confusion, counts: dict[str, int]) -> Text:
        cells = [padded(Text(confusion.words, "bold"), self._words)]
        for name in self._models:
            cells.append(padded(str(counts.get(name, 0)), widest([one_line(name)]), "right"))
        return joined(cells)

    @on(Listing.Chosen)
    def _choose(self, message: Listing.Chosen) -> None:
        self.dismiss([*self._counts][message.index])

    def action_back(self) -> None:
        """Go back without a choice."""
        self.dismiss()
