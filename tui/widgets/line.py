"""A line of text that repaints only when it changes."""

from __future__ import annotations

from rich.style import Style
from rich.text import Text
from textual import events
from textual.widgets import Static


class Line(Static):
    """Shows a :class:`rich.text.Text`; setting the same text again costs nothing.

    A click on text in the style of :func:`clickable` does the action that it names.
    """

    DEFAULT_CSS = """
    Line { height: auto; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__("", id=id, classes=classes, markup=False)
        self.text = Text()
        self._term = ""

    def show(self, text: Text | str) -> None:
        """Show ``text``, never read as markup."""
        wanted = Text(text) if isinstance(text, str) else text
        if not looks_same(wanted, self.text):
            self.text = wanted
            self.narrow(self._term)

    def narrow(self, term: str) -> tuple[int, int]:
        """Show only the lines that have ``term`` in any case; return how many that are, and of how many."""
        self._term = term
        lines = list(self.text.split("\n", allow_blank=True)) if self.text else []
        found = [line for line in lines if term in line.plain.casefold()]
        shown = Text("\n").join(found) if term else self.text
        self.update(shown, layout=not (self._has_fixed_size or self._keeps_its_size(shown)))
        return len(found), len(lines)

    @property
    def _has_fixed_size(self) -> bool:
        """Whether no text can change the size: then what is around need not be laid out and painted again."""
        height, width = self.styles.height, self.styles.width
        return height is not None and height.is_cells and not (width is not None and width.is_auto)

    def _keeps_its_size(self, text: Text) -> bool:
        """Whether ``text`` takes as many lines as there are: time that goes on moves nothing."""
        size, width = self.content_size, self.styles.width
        if not (size.width and size.height) or (width is not None and width.is_auto):
            return False
        wraps = self.styles.text_wrap == "wrap"
        lines = text.wrap(self.app.console, size.width) if wraps else text.split("\n")
        return len(lines) == size.height

    async def on_click(self, event: events.Click) -> None:
        if action := event.style.meta.get(_ACTION):
            event.stop()
            await self.run_action(action)


_ACTION = "clicked"


def clickable(action: str, style: str = "") -> Style:
    """Return ``style`` for text that does ``action`` (as Textual calls it) when it is clicked."""
    return Style.parse(style) + Style(meta={_ACTION: action})


def looks_same(one: Text, other: Text) -> bool:
    """Return whether two texts look the same; rich leaves the style of the whole text out of ``==``."""
    return one == other and one.style == other.style
