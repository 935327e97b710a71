"""A list of any length, one line a row, of which only the rows on the screen are ever drawn."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.keys import bindings
from tui.widgets.columns import fitted
from tui.widgets.marked import cursor_mark
from tui.widgets.prompt import Finder, FindKeys

#: Returns row ``index`` for a width in cells.
Draw = Callable[[int, int], Text]
#: A width, in cells, at which nothing of a row is cut.
_WHOLE = 1000


class Listing(FindKeys, ScrollView, can_focus=True):
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
        self._shown: Sequence[int] = ()
        self._draw: Draw = lambda _index, _width: Text()
        self._finder = Finder(self, self._narrow)

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self._count

    def show_rows(self, count: int, draw: Draw, *, cursor: int | None = None) -> None:
        """Show ``count`` rows, with the cursor where it was, or where ``cursor`` says."""
        resized = count != self._count
        self._count, self._draw, self._shown = count, draw, range(count)
        self._fit()
        self.refresh(layout=resized)
        wanted = self.cursor if cursor is None else cursor
        self.cursor = max(0, min(wanted, count - 1))
        self._finder.again()  # moves the cursor to a row that is shown
        self.post_message(self.Moved(self, self.cursor))

    def _narrow(self, term: str) -> tuple[int, int]:
        """Show only the rows that have ``term``; the cursor goes to the first of them if it is on none."""
        rows = range(self._count)
        self._shown = [row for row in rows if term in self._text(row)] if term else rows
        self._fit()
        if self._shown and self.cursor not in self._shown:
            self.cursor = self._shown[0]
        self.refresh()
        self._show_cursor()
        return len(self._shown), self._count

    def _text(self, row: int) -> str:
        return self._draw(row, _WHOLE).plain.casefold()

    def on_resize(self) -> None:
        self._fit()
        self.refresh()
        self._show_cursor()

    def _fit(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._shown))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return what ``height: auto`` means."""
        return self._count

    def render_line(self, y: int) -> Strip:
        """Return the row at line ``y`` of the screen's part."""
        place, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        if place >= len(self._shown) or width < 1:
            return Strip.blank(width, self.rich_style)
        return self._row(self._shown[place], width)

    def _row(self, index: int, width: int) -> Strip:
        here = index == self.cursor
        mark = cursor_mark(has_keyboard=self.has_focus) if here else " "
        text = Text(f"{mark} ", no_wrap=True, end="")
        text.append_text(self._draw(index, max(0, width - 2)))
        text = fitted(text, width)
        if here:
            text.stylize("reverse" if self.has_focus else "bold")
        strip = Strip(text.render(self.app.console), text.cell_len)
        return strip.adjust_cell_length(width).apply_style(self.rich_style)

    # The cursor.

    def watch_cursor(self, old: int, new: int) -> None:
        for row in (old, new):
            y = self._place_of(row) - self.scroll_offset.y
            self.refresh(Region(0, y, self.size.width, 1))
        self._show_cursor()
        self.post_message(self.Moved(self, new))

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def _show_cursor(self) -> None:
        height = self.scrollable_content_region.height
        if self._shown and height:
            place = self._place_of(self.cursor)
            self.scroll_to_region(Region(0, place, 1, 1), animate=False, force=True)

    def _place_of(self, row: int) -> int:
        """Return where a row stands among those that are shown."""
        return bisect_left(self._shown, row)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None or not 0 <= offset.y + self.scroll_offset.y < len(self._shown):
            return
        row = self._shown[offset.y + self.scroll_offset.y]
        if row == self.cursor and event.chain == 2:
            self.action_choose()
        self.cursor = row

    def action_move(self, rows: int) -> None:
        """Move the cursor by ``rows``."""
        if self._shown:
            place = self._place_of(self.cursor) + rows
            self.cursor = self._shown[max(0, min(place, len(self._shown) - 1))]

    def action_page(self, pages: int) -> None:
        """Move the cursor by what fits on the screen."""
        self.action_move(pages * max(1, self.scrollable_content_region.height - 1))

    def action_edge(self, direction: int) -> None:
        """Move the cursor to the first or the last row."""
        self.action_move(direction * self._count)

    def action_choose(self) -> None:
        """Open the row."""
        if self.cursor in self._shown:
            self.post_message(self.Chosen(self, self.cursor))


class MarkingList(Listing, inherit_bindings=False):
    """A list in which space marks a row: ``marked`` is the name of the one chosen for a comparison."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("list", "up", "down", "page_up", "first", "last", "choose", "find", "clear"),
        Binding("pagedown", "page(1)", show=False, id="list.page_down"),  # not space as well
    ]
    marked = ""

    def mark(self, name: str) -> None:
        """Mark a row, or take its mark back; there is one mark at most."""
        self.marked = "" if name == self.marked else name
        self.draw_mark()

    def draw_mark(self) -> None:
        """Draw the rows, of which one has another mark."""
        self.refresh()
