"""A list of any length, one line a row, of which only the rows on the screen are ever drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.appearance import symbol
from tui.keys import bindings
from tui.widgets.columns import fitted

#: Returns row ``index`` for a width in cells.
Draw = Callable[[int, int], Text]


class Listing(ScrollView, can_focus=True):
    """Rows with a cursor. What a row says comes from a function, so nothing is kept for thousands."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("list")]
    DEFAULT_CSS = """
    Listing {
        height: 1fr; padding: 0 1; background: $surface;
        overflow-x: hidden; scrollbar-size-vertical: 1;
    }
    """

    cursor: reactive[int] = reactive(0, repaint=False)

    class Moved(Message):
        """The cursor stands on another row, or on another text."""

        def __init__(self, listing: Listing, index: int) -> None:
            super().__init__()
            self.listing, self.index = listing, index

        @property
        def control(self) -> Listing:
            return self.listing

    class Chosen(Moved):
        """The row was opened, by key or by a second click."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._count = 0
        self._draw: Draw = lambda _index, _width: Text()

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self._count

    def show_rows(self, count: int, draw: Draw, *, cursor: int | None = None) -> None:
        """Show ``count`` rows, with the cursor where it was, or where ``cursor`` says."""
        resized = count != self._count
        self._count, self._draw = count, draw
        self._fit()
        self.refresh(layout=resized)
        wanted = self.cursor if cursor is None else cursor
        self.cursor = max(0, min(wanted, count - 1))
        self.post_message(self.Moved(self, self.cursor))

    def on_resize(self) -> None:
        self._fit()
        self.refresh()
        self._show_cursor()

    def _fit(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, self._count)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return what ``height: auto`` means."""
        return self._count

    def render_line(self, y: int) -> Strip:
        """Return the row at line ``y`` of the screen's part."""
        index, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        if index >= self._count or width < 1:
            return Strip.blank(width, self.rich_style)
        return self._row(index, width)

    def _row(self, index: int, width: int) -> Strip:
        here = index == self.cursor
        text = Text(f"{symbol('selected')} " if here else "  ", no_wrap=True, end="")
        text.append_text(self._draw(index, max(0, width - 2)))
        text = fitted(text, width)
        if here:
            text.stylize("reverse" if self.has_focus else "bold")
        strip = Strip(text.render(self.app.console), text.cell_len)
        return strip.adjust_cell_length(width).apply_style(self.rich_style)

    # The cursor.

    def watch_cursor(self, old: int, new: int) -> None:
        for index in (old, new):
            y = index - self.scroll_offset.y
            self.refresh(Region(0, y, self.size.width, 1))
        self._show_cursor()
        self.post_message(self.Moved(self, new))

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def _show_cursor(self) -> None:
        height = self.scrollable_content_region.height
        if self._count and height:
            self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, force=True)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None or not 0 <= offset.y + self.scroll_offset.y < self._count:
            return
        index = offset.y + self.scroll_offset.y
        if index == self.cursor and event.chain == 2:
            self.action_choose()
        self.cursor = index

    def action_move(self, rows: int) -> None:
        """Move the cursor by ``rows``."""
        self.cursor = max(0, min(self.cursor + rows, self._count - 1))

    def action_page(self, pages: int) -> None:
        """Move the cursor by what fits on the screen."""
        self.action_move(pages * max(1, self.scrollable_content_region.height - 1))

    def action_edge(self, direction: int) -> None:
        """Move the cursor to the first or the last row."""
        self.cursor = 0 if direction < 0 else max(0, self._count - 1)

    def action_choose(self) -> None:
        """Open the row."""
        if self._count:
            self.post_message(self.Chosen(self, self.cursor))
