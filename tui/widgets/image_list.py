"""The images that are on the engine: ID, size, and what each stands on."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text
from textual.widgets import Static

from pipeline.images.listing import ImageStatus
from pipeline.text import human_size, one_line
from tui.appearance import symbol
from tui.language import _, translated


class ImageList(Static):
    """Draws the images; the same ones again cost nothing."""

    DEFAULT_CSS = """
    ImageList { height: auto; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self._shown: Sequence[ImageStatus] = ()

    def show(self, images: Sequence[ImageStatus]) -> None:
        """Show ``images``."""
        if images == self._shown:
            return
        self._shown = images
        table = Table.grid(padding=(0, 2), expand=True)
        for justify in ("left", "left", "right", "left"):
            table.add_column(no_wrap=True, justify=justify)
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        for image in images:
            table.add_row(*_row(image))
        self.update(table)


def _row(image: ImageStatus) -> tuple[Text, ...]:
    name = Text(one_line(image.image))
    if not image.present:
        missing = Text(f"{symbol('failed')} {_('missing')}", "bold red")
        return missing, name, Text(), Text(), Text()
    short = image.id.removeprefix("sha256:")[:12]
    there = Text(f"{symbol('done')} {_('there')}", "green")
    base = Text(one_line(translated(image.base)), "dim")
    return there, name, Text(human_size(image.size)), Text(short), base
