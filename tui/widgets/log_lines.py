"""The lines of a log: only those on the screen are read and drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import ClassVar

from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.appearance import Mark, symbol
from tui.logs.file import LogFile
from tui.logs.levels import Level, level_of
from tui.logs.search import Pattern
from tui.widgets.marked import cursor_mark

#: Cells for the cursor or the level, and a space.
_GUTTER = 2
_LEVEL_MARKS: dict[Level, Mark] = {"warning": "warning", "error": "failed"}
#: What is added to the widget's own style.
_STYLES = ("match", "cursor", "muted", "warning", "error")


class LogLines(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows a :class:`LogFile`. ``cursor`` is the current line, or None while the end is followed.

    It scrolls by lines; while they are folded (``wrap``), fewer of them are on the screen. ``chosen`` hears
    which line the user chose with the mouse, or came to with wheel or scroll bar.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"log-lines--{name}" for name in _STYLES}
    DEFAULT_CSS = """
    LogLines {
        height: 1fr; overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 1;
        & > .log-lines--match { background: $warning; color: $background; text-style: bold reverse; }
        & > .log-lines--cursor { background: $surface-lighten-1; text-style: bold; }
        & > .log-lines--muted { color: $text-muted; text-style: italic; }
        & > .log-lines--warning { color: $text-warning; }
        & > .log-lines--error { color: $text-error; text-style: bold; }
    }
    """

    def __init__(self, chosen: Callable[[int], object]) -> None:
        super().__init__()
        self._chosen = chosen
        self.file: LogFile | None = None
        self.cursor: int | None = None
        self.pattern: Pattern | None = None
        self.message = ""
        self.wrap = False
        self.left = 0
        self._is_moving = False
        self._styles: dict[str, Style] = {}
        self._rows: list[tuple[int, str]] = []

    # What is shown.

    @property
    def rows(self) -> int:
        """How many lines there are to scroll over."""
        return self.file.lines if self.file else 0

    @property
    def current(self) -> int | None:
        """The line that keys act upon: the cursor's, or the last one while the end is followed."""
        last = self.rows - 1
        return None if last < 0 else last if self.cursor is None else min(self.cursor, last)

    @property
    def seen(self) -> range:
        """The lines on the screen, those that are there in part too."""
        lines = [line for line, _part in islice(self._layout(self._height), self._height)]
        return range(lines[0], lines[-1] + 1) if lines else range(1)

    @property
    def _height(self) -> int:
        return max(1, self.size.height)

    @property
    def _room(self) -> int:
        return max(1, self.scrollable_content_region.width - _GUTTER)

    def _parts(self, line: int) -> list[str]:
        """Return a line as it is folded."""
        text = self.file.shown(line) if self.file else ""
        return chop_cells(text, self._room) or [""]

    def take_news(self, first_changed: int, message: str) -> None:
        """Scroll over the rows that there are now, and draw those from ``first_changed`` on again.

        For as long as there are none, ``message`` stands in their place.
        """
        self.message = message
        size = Size(0, self.rows + (self._height - 1 if self.wrap else 0))
        if size != self.virtual_size:
            self._resize_to(size)
        if self.cursor is None:
            self._scroll(self._top_of(self.rows - 1))
        if first_changed <= self.scroll_offset.y + self._height:
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

    def _top_of(self, last: int) -> int:
        """Return the first line of a screen on which ``last`` is the lowest."""
        if not self.wrap:
            return max(0, last - self._height + 1)
        top, room = max(0, last), self._height - len(self._parts(last))
        while top > 0 and (room := room - len(self._parts(top - 1))) >= 0:
            top -= 1
        return top

    def move_to(self, line: int, *, with_context: bool = False) -> None:
        """Put the cursor on a line and show it, ``with_context``: in the middle if it was out of sight."""
        before, self.cursor = self.current, line
        row, top = self.current, self.scroll_offset.y
        if before is None or row is None:
            return
        lowest = self._top_of(row)
        if not lowest <= top <= row:
            away = (
                max(lowest, row - self._height // 2) if with_context else max(lowest, min(top, row))
            )
            self._scroll(max(0, min(away, self.max_scroll_y)))
        if self.wrap:
            self.refresh()
        else:
            for changed in {before, row}:
                self.refresh_line(changed)

    def follow(self) -> None:
        """Go to the end and stay there, whatever comes."""
        self.cursor = None
        self._scroll(self._top_of(self.rows - 1))
        self.refresh()

    def toggle_wrap(self) -> None:
        """Fold long lines, or cut them."""
        self.wrap, self.left = not self.wrap, 0
        self._keep_in_sight()
        self.refresh()

    def go_sideways(self, left: int) -> None:
        """Show the lines from the cell ``left`` on."""
        self.left = 0 if self.wrap else max(0, left)
        self.refresh()

    def show_match(self, line: int) -> None:
        """Go sideways to the first match in a line, if it is out of sight."""
        text = self.file.shown(line) if self.file else ""
        spans = self.pattern.spans(text) if self.pattern else []
        if spans:
            start, end = (cell_len(text[:place]) for place in spans[0])
            if start < self.left or end >= self.left + self._room:
                self.go_sideways(0 if end < self._room else start - self._room // 2)

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
        if self.cursor is None and new_value >= self._top_of(self.rows - 1):
            return
        seen = self.seen
        self._chosen(max(seen.start, min(current, seen.stop - 1)))

    def on_click(self, event: events.Click) -> None:
        """Choose the line."""
        rows = list(self._layout(event.y + 1))
        if event.y < len(rows):
            self._chosen(rows[event.y][0])

    def on_resize(self) -> None:
        self._keep_in_sight()

    def _keep_in_sight(self) -> None:
        """Keep the end, or the cursor, in sight."""
        self.take_news(self.rows, self.message)
        if self.cursor is not None:
            self.move_to(self.cursor)

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    # Drawing.

    def _layout(self, height: int) -> Iterator[tuple[int, str]]:
        """Give, row by row, a line's number and what of it stands there: all of it unless it is folded."""
        top = self.scroll_offset.y
        if self.file is None:
            return
        for line in range(top, min(top + height, self.rows)):
            if not self.wrap:
                yield line, self.file.shown(line)
                continue
            yield from ((line, part) for part in self._parts(line))

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw a part; its lines are read, and the styles looked up, once for all of them."""
        if self.file:
            top = self.scroll_offset.y
            self.file.fetch(range(top + (0 if self.wrap else crop.y), top + crop.bottom))
        self._styles = {
            name: self.get_component_rich_style(f"log-lines--{name}", partial=True)
            for name in _STYLES
        }
        self._rows = list(self._layout(crop.bottom))
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Draw a row; a mark stands at the end of what is longer than the screen is wide."""
        styles, base = self._styles, self.rich_style
        width = self.scrollable_content_region.width
        if y >= len(self._rows):
            text = f"  {self.message}" if y == 0 and not self.rows else ""
            return Strip([Segment(text, base + styles["muted"])]).crop_extend(0, width, base)
        line, text = self._rows[y]
        is_first = y == 0 or self._rows[y - 1][0] != line
        level = level_of(text) if is_first else None
        style = base + styles[level] if level else base
        is_here = self.cursor is not None and line == self.current
        mark = symbol(_LEVEL_MARKS[level])[0] if level else " "
        if is_here:
            style += styles["cursor"]
            mark = cursor_mark(has_keyboard=self.has_focus) if is_first else " "
        before = symbol("more-left") if self.left else " "
        gutter = Segment(f"{mark}{before}", style)
        segments = _highlighted(text, self.pattern, style, style + styles["match"])
        room, length = max(0, width - _GUTTER), sum(segment.cell_length for segment in segments)
        if not self.left and length <= room > 0:  # most lines: nothing to cut
            return Strip([gutter, *segments, Segment(" " * (room - length), style)], width)
        is_cut = length - self.left > room
        end = self.left + max(0, room - is_cut)
        shown = Strip(segments, length).crop_extend(self.left, end, style)
        more = Segment(symbol("selected") if is_cut else "", style + styles["muted"])
        return Strip([gutter, *shown, more]).crop_extend(0, width, style)


def _highlighted(text: str, pattern: Pattern | None, style: Style, match: Style) -> list[Segment]:
    segments, done = [], 0
    for start, end in pattern.spans(text) if pattern else ():
        segments += [Segment(text[done:start], style), Segment(text[start:end], match)]
        done = end
    return [*segments, Segment(text[done:], style)]
