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

from tui.appearance import symbol
from tui.logs.file import LogFile
from tui.logs.search import Pattern

#: Cells for the cursor, and a space.
_GUTTER = 2


@dataclass(frozen=True)
class _Styles:
    """The widget's own style, and what is added to it."""

    base: Style = field(default_factory=Style)
    match: Style = field(default_factory=Style)
    cursor: Style = field(default_factory=Style)
    muted: Style = field(default_factory=Style)


class LogLines(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows a :class:`LogFile`. ``cursor`` is the current line, or None while the end is followed."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "log-lines--match",
        "log-lines--cursor",
        "log-lines--muted",
    }
    DEFAULT_CSS = """
    LogLines {
        height: 1fr; overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 1;
        & > .log-lines--match { background: $warning; color: $background; text-style: bold reverse; }
        & > .log-lines--cursor { background: $surface-lighten-1; text-style: bold; }
        & > .log-lines--muted { color: $text-muted; text-style: italic; }
    }
    """

    class ScrolledAway(Message):
        """The user scrolled up by wheel or scroll bar, or chose a line with the mouse."""

        def __init__(self, line: int) -> None:
            super().__init__()
            self.line = line

    def __init__(self) -> None:
        super().__init__()
        self.file: LogFile | None = None
        self.cursor: int | None = None
        self.pattern: Pattern | None = None
        self.message = ""
        self._is_moving = False
        self._styles = _Styles()

    # What is shown.

    @property
    def rows(self) -> int:
        """How many lines there are to scroll over."""
        return self.file.lines if self.file else 0

    @property
    def page(self) -> int:
        """Rows on the screen."""
        return max(1, self.size.height)

    @property
    def current(self) -> int | None:
        """The line that keys act upon: the cursor's, or the last one while the end is followed."""
        last = self.rows - 1
        return None if last < 0 else last if self.cursor is None else min(self.cursor, last)

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

    def move_to(self, line: int, *, with_context: bool = False) -> None:
        """Put the cursor on a line and show it, ``with_context``: in the middle if it was out of sight."""
        before, self.cursor = self.current, line
        row, top = self.current, self.scroll_offset.y
        if before is None or row is None:
            return
        if not top <= row < top + self.page:
            away = row - self.page // 2 if with_context else max(row - self.page + 1, min(top, row))
            self._scroll(max(0, min(away, self.max_scroll_y)))
        for changed in {before, row}:
            self.refresh_line(changed)

    def follow(self) -> None:
        """Go to the end and stay there, whatever comes."""
        self.cursor = None
        self._scroll(self.max_scroll_y)
        self.refresh()

    def _scroll(self, y: float) -> None:
        self._is_moving = True
        try:
            self.scroll_to(y=y, animate=False, force=True)
        finally:
            self._is_moving = False

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Take the cursor along when the wheel or the scroll bar moves the lines."""
        super().watch_scroll_y(old_value, new_value)
        current = self.current
        if self._is_moving or round(old_value) == round(new_value) or current is None:
            return
        if self.cursor is None and new_value >= self.max_scroll_y:
            return
        top = round(new_value)
        line = max(top, min(current, top + self.page - 1))
        if line < self.rows:
            self.post_message(self.ScrolledAway(line))

    def on_click(self, event: events.Click) -> None:
        """Choose the line."""
        line = self.scroll_offset.y + event.y
        if line < self.rows:
            self.post_message(self.ScrolledAway(line))

    def on_resize(self) -> None:
        """Keep the end, or the cursor, in sight."""
        if self.cursor is None:
            self._scroll(self.max_scroll_y)
        else:
            self.move_to(self.cursor)

    # Drawing.

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw a part; its lines are read, and the styles looked up, once for all of them."""
        if self.file:
            top = self.scroll_offset.y
            self.file.fetch(range(top + crop.y, top + crop.bottom))
        names = ("match", "cursor", "muted")
        styles = (self.get_component_rich_style(f"log-lines--{n}", partial=True) for n in names)
        self._styles = _Styles(self.rich_style, *styles)
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Draw one line of the screen; a mark stands at the end of what is longer than the screen is wide."""
        line, styles = self.scroll_offset.y + y, self._styles
        width, style = self.scrollable_content_region.width, styles.base
        if self.file is None or line >= self.rows:
            text = f"  {self.message}" if y == 0 and not self.rows else ""
            return Strip([Segment(text, style + styles.muted)]).crop_extend(0, width, style)
        is_here = self.cursor is not None and line == self.current
        if is_here:
            style += styles.cursor
        gutter = Segment(f"{symbol('selected') if is_here else ' '} ", style)
        segments = _highlighted(self.file.shown(line), self.pattern, style, style + styles.match)
        room, length = max(0, width - _GUTTER), sum(segment.cell_length for segment in segments)
        if length <= room > 0:  # most lines: nothing to cut
            return Strip([gutter, *segments, Segment(" " * (room - length), style)], width)
        shown = Strip(segments, length).crop_extend(0, max(0, room - 1), style)
        more = Segment(symbol("selected"), style + styles.muted)
        return Strip([gutter, *shown, more]).crop_extend(0, width, style)


def _highlighted(text: str, pattern: Pattern | None, style: Style, match: Style) -> list[Segment]:
    segments, done = [], 0
    for start, end in pattern.spans(text) if pattern else ():
        segments += [Segment(text[done:start], style), Segment(text[start:end], match)]
        done = end
    return [*segments, Segment(text[done:], style)]
