"""Text to be scrolled through, of which one can see only the lines with what one types."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.containers import VerticalScroll

from tui.keys import bindings
from tui.widgets.line import Line
from tui.widgets.prompt import Finder, FindKeys


class Page(FindKeys, VerticalScroll, can_focus=True):
    """Its text stands in :class:`Line` widgets."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("list", "find", "clear")

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._finder = Finder(self, self._narrow)

    def _narrow(self, term: str) -> tuple[int, int]:
        counts = [line.narrow(term) for line in self.query(Line)]
        return sum(shown for shown, _all in counts), sum(every for _shown, every in counts)
