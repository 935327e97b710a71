"""A list whose chosen row has a mark, solid where the keyboard is: told without colour too."""

from __future__ import annotations

from rich.segment import Segment
from textual import events
from textual.strip import Strip
from textual.widgets import OptionList

from tui.appearance import symbol


def cursor_mark(*, has_keyboard: bool) -> str:
    """Return the mark of the row that is chosen in a list."""
    return symbol("selected" if has_keyboard else "unfocused")


class MarkedList(OptionList):
    """The mark stands in the space before the row. A click chooses a row; a second one opens it."""

    DEFAULT_CSS = """
    MarkedList > .option-list--option { padding: 0 0 0 2; }
    """

    def render_line(self, y: int) -> Strip:
        strip = super().render_line(y)
        if self.highlighted is None or self.size.width < 1:
            return strip
        style = next((segment.style for segment in strip if segment.text), None)
        if style is None or style.meta.get("option") != self.highlighted:
            return strip
        top = y + self.scroll_offset.y
        if top and self._option_at(y - 1) == self.highlighted:
            return strip
        mark = Segment(cursor_mark(has_keyboard=self.has_focus), style)
        return Strip([mark, *strip.crop(1)], strip.cell_length)

    def _option_at(self, y: int) -> object:
        above = super().render_line(y)
        return next((segment.style.meta.get("option") for segment in above if segment.style), None)

    async def on_click(self, event: events.Click) -> None:
        """Choose a row at the first click; Textual would open it at once."""
        event.prevent_default()
        option = event.style.meta.get("option")
        if option is None or self.get_option_at_index(option).disabled:
            return
        is_here = self.highlighted == option
        self.highlighted = option
        if is_here and event.chain == 2:
            self.action_select()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()
