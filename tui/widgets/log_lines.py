"""The lines of a log: only those on the screen are read and drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from pipeline.text import human_size
from tui.appearance import symbol
from tui.language import _
from tui.logs.cleaning import Shown
from tui.logs.document import Document
from tui.logs.pattern import Pattern

#: Cells for the cursor or a mark, and a space.
_GUTTER = 2


@dataclass(frozen=True)
class _Styles:
    """The widget's own style, and what is added to it."""

    base: Style = field(default_factory=Style)
    match: Style = field(default_factory=Style)
    cursor: Style = field(default_factory=Style)
    marked: Style = field(default_factory=Style)
    cut: Style = field(default_factory=Style)


class LogLines(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows a :class:`Document`. ``cursor`` is the current line, or None while the end is followed."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "log-lines--match",
        "log-lines--cursor",
        "log-lines--marked",
        "log-lines--cut",
    }
    DEFAULT_CSS = """
    LogLines {
        height: 1fr; overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 1;
        & > .log-lines--match { background: $warning; color: $background; text-style: bold reverse; }
        & > .log-lines--cursor { background: $surface-lighten-1; text-style: bold; }
        & > .log-lines--marked { background: $primary-muted; }
        & > .log-lines--cut { color: $text-muted; text-style: italic; }
    }
    """

    class ScrolledAway(Message):
        """The user scrolled up by wheel or scroll bar, or chose a line with the mouse."""

        def __init__(self, line: int) -> None:
            super().__init__()
            self.line = line

    def __init__(self) -> None:
        super().__init__()
        self.document: Document | None = None
        self.cursor: int | None = None
        self.mark_from: int | None = None
        self.left = 0
        self.pattern: Pattern | None = None
        self.message = ""
        self._is_moving = False
        self._styles = _Styles()

    # What is shown.

    @property
    def rows(self) -> int:
        """How many rows there are to scroll over."""
        return self.document.rows if self.document else 0

    @property
    def page(self) -> int:
        """Rows on the screen."""
        return max(1, self.size.height)

    @property
    def current(self) -> int | None:
        """The line that keys act upon: the cursor's, or the last one while the end is followed."""
        if not self.document or not self.rows:
            return None
        row = self.rows - 1 if self.cursor is None else self.document.row_of(self.cursor)
        return self.document.line_of(row)

    @property
    def marked_rows(self) -> range:
        """The rows from where marking began to the cursor, or the current line's alone."""
        if not self.document or self.current is None:
            return range(0)
        row = self.document.row_of(self.current)
        other = row if self.mark_from is None else self.document.row_of(self.mark_from)
        return range(min(row, other), max(row, other) + 1)

    def set_message(self, message: str) -> None:
        """Show ``message`` for as long as there are no rows."""
        if message != self.message:
            self.message = message
            if not self.rows:
                self.refresh()

    def take_news(self, first_changed: int) -> None:
        """Scroll over the rows that there are now; those from ``first_changed`` on are drawn again."""
        size = Size(0, self.rows)
        if size != self.virtual_size:
            self._resize_to(size)
        if self.cursor is None:
            self._scroll(self.max_scroll_y)
        if first_changed < self.scroll_offset.y + self.page:
            self.refresh()

    def _resize_to(self, size: Size) -> None:
        """Tell the scroll bar; setting the reactive would lay out and draw the whole screen again."""
        self.set_reactive(ScrollView.virtual_size, size)
        self._is_moving = True
        try:
            self._scroll_update(size)
        finally:
            self._is_moving = False

    # Moving.

    def move_by(self, rows: int) -> None:
        """Move the cursor, from the last line if there is none."""
        if self.document and self.current is not None:
            self.move_to_row(self.document.row_of(self.current) + rows)

    def move_to_row(self, row: int) -> None:
        """Put the cursor on the line in ``row``, or the nearest there is, and show it."""
        if self.document and self.rows:
            self.move_to(self.document.line_of(max(0, min(row, self.rows - 1))))

    def move_to(self, line: int, *, with_context: bool = False) -> None:
        """Put the cursor on a line and show it, ``with_context``: in the middle if it was out of sight."""
        if not self.document:
            return
        before = self.marked_rows
        self.cursor = line
        row = self.document.row_of(line)
        top = self.scroll_offset.y
        if not top <= row < top + self.page:
            away = row - self.page // 2 if with_context else max(row - self.page + 1, min(top, row))
            self._scroll(max(0, min(away, self.max_scroll_y)))
        for changed in {*_ends(before), *_ends(self.marked_rows)}:
            self.refresh_line(changed)
        if self.mark_from is not None:
            self.refresh()

    def follow(self) -> None:
        """Go to the end and stay there, whatever comes."""
        self.cursor = self.mark_from = None
        self._scroll(self.max_scroll_y)
        self.refresh()

    def scroll_sideways(self, cells: int) -> None:
        """Show the lines from further right or left."""
        widest = self._widest() - max(1, self.size.width - _GUTTER) // 2
        left = max(0, min(self.left + cells, widest))
        if left != self.left:
            self.left = left
            self.refresh()

    def _widest(self) -> int:
        top = self.scroll_offset.y
        rows = range(top, min(self.rows, top + self.page))
        return max((Strip(self._segments(row, Style())).cell_length for row in rows), default=0)

    def _scroll(self, y: float) -> None:
        self._is_moving = True
        try:
            self.scroll_to(y=y, animate=False, force=True)
        finally:
            self._is_moving = False

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Take the cursor along when the wheel or the scroll bar moves the lines."""
        super().watch_scroll_y(old_value, new_value)
        if self._is_moving or round(old_value) == round(new_value) or not self.document:
            return
        if self.cursor is None and new_value >= self.max_scroll_y:
            return
        row = self.rows - 1 if self.cursor is None else self.document.row_of(self.cursor)
        top = round(new_value)
        row = max(top, min(row, top + self.page - 1))
        if row < self.rows:
            self.post_message(self.ScrolledAway(self.document.line_of(row)))

    def on_click(self, event: events.Click) -> None:
        """Choose the line."""
        row = self.scroll_offset.y + event.y
        if self.document and row < self.rows:
            self.post_message(self.ScrolledAway(self.document.line_of(row)))

    def on_resize(self) -> None:
        """Keep the end, or the cursor, in sight."""
        if self.cursor is None:
            self._scroll(self.max_scroll_y)
        else:
            self.move_to(self.cursor)

    # Drawing.

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw a part; its lines are read, and the styles looked up, once for all of them."""
        if self.document:
            top = self.scroll_offset.y
            self.document.fetch(range(top + crop.y, top + crop.bottom))
        base = self.rich_style
        parts = ("match", "cursor", "marked", "cut")
        self._styles = _Styles(base, *(self._component(name) for name in parts))
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Draw one line of the screen."""
        row = self.scroll_offset.y + y
        width = self.size.width
        if row >= self.rows:
            text = f"  {self.message}" if y == 0 and not self.rows else ""
            style = self._styles.base
            return Strip([Segment(text, style + self._styles.cut)]).crop_extend(0, width, style)
        mark, style = self._state_of(row)
        segments, room = self._segments(row, style), max(0, width - _GUTTER)
        gutter = Segment(f"{mark} ", style)
        length = sum(segment.cell_length for segment in segments)
        if not self.left and length <= room > 0:  # most lines: nothing to cut
            rest = Segment(" " * (room - length), style)
            return Strip([gutter, *segments, rest], width)
        line = Strip(segments, length)
        shown = line.crop_extend(self.left, self.left + room, style)
        if length > self.left + room > 1:
            more = Segment(symbol("selected"), style + self._styles.cut)
            shown = Strip([*shown.crop(0, room - 1), more])
        return Strip([gutter, *shown]).crop_extend(0, width, style)

    def _state_of(self, row: int) -> tuple[str, Style]:
        """Return what stands before a row, and the row's style."""
        styles = self._styles
        if self.cursor is None:
            return " ", styles.base
        if self.document and row == self.document.row_of(self.cursor):
            return symbol("selected"), styles.base + styles.cursor
        if self.mark_from is not None and row in self.marked_rows:
            return symbol("dot"), styles.base + styles.marked
        return " ", styles.base

    def _segments(self, row: int, style: Style) -> list[Segment]:
        """Return the whole line, matches highlighted."""
        if not self.document:
            return []
        shown = self.document.shown(self.document.line_of(row))
        segments = _highlighted(shown.text, self.pattern, style, style + self._styles.match)
        if shown.cut:
            segments.append(Segment(_cut_note(shown), style + self._styles.cut))
        return segments

    def _component(self, name: str) -> Style:
        return self.get_component_rich_style(f"log-lines--{name}", partial=True)


def _ends(rows: range) -> tuple[int, ...]:
    return (rows[0], rows[-1]) if rows else ()


def _cut_note(shown: Shown) -> str:
    note = _("{size} more in this line").format(size=human_size(shown.cut))
    return f" {symbol('ellipsis')} {note}"


def _highlighted(text: str, pattern: Pattern | None, style: Style, match: Style) -> list[Segment]:
    segments, done = [], 0
    for start, end in pattern.spans(text) if pattern else ():
        segments += [Segment(text[done:start], style), Segment(text[start:end], match)]
        done = end
    return [*segments, Segment(text[done:], style)]
