"""A line of text that repaints only when it changes."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import Static


class Line(Static):
    """Shows a :class:`rich.text.Text`; setting the same text again costs nothing."""

    DEFAULT_CSS = """
    Line { height: auto; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__("", id=id, classes=classes, markup=False)
        self.text = Text()

    def show(self, text: Text | str) -> None:
        """Show ``text``, never read as markup."""
        wanted = Text(text) if isinstance(text, str) else text
        if not looks_same(wanted, self.text):
            self.text = wanted
            self.update(wanted, layout=not self._has_fixed_size)

    @property
    def _has_fixed_size(self) -> bool:
        """Whether no text can change the size: then what is around need not be laid out and painted again."""
        height, width = self.styles.height, self.styles.width
        return height is not None and height.is_cells and not (width is not None and width.is_auto)


def looks_same(one: Text, other: Text) -> bool:
    """Return whether two texts look the same; rich leaves the style of the whole text out of ``==``."""
    return one == other and one.style == other.style
