"""The images while they are built: symbol, word, name, and how far each one is."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text
from textual.widgets import Static

from pipeline.text import human_seconds, human_size, one_line
from tui.appearance import Mark, symbol
from tui.language import N_, _
from tui.views.build import BuildView, ImageState, ImageView

_STATES: dict[ImageState, tuple[Mark, str, str]] = {
    "waiting": ("waiting", N_("waiting"), "dim"),
    "running": ("running", N_("building"), "bold"),
    "done": ("done", N_("done"), "green"),
    "failed": ("failed", N_("failed"), "bold red"),
}


class ImageTable(Static):
    """Draws a :class:`BuildView`; the same rows again cost nothing."""

    DEFAULT_CSS = """
    ImageTable { height: auto; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self.rows: list[tuple[Text, Text, Text]] = []

    def show(self, build: BuildView, now: float) -> None:
        """Show how far the build is at ``now``."""
        rows = [_row(image, now) for image in build.images.values()]
        if rows == self.rows:
            return
        self.rows = rows
        table = Table.grid(padding=(0, 2), expand=True)
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True, overflow="ellipsis")
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        for row in rows:
            table.add_row(*row)
        self.update(table)


def _row(image: ImageView, now: float) -> tuple[Text, Text, Text]:
    mark, word, style = _STATES[image.state]
    return (
        Text(f"{symbol(mark)} " + _(word), style),
        Text(one_line(image.name)),
        Text(_how_far(image, now), "" if image.state == "running" else "dim"),
    )


def _how_far(image: ImageView, now: float) -> str:
    if image.state == "done":
        took = _("built in {time}").format(time=human_seconds(image.seconds))
        short = image.id.removeprefix("sha256:")[:12]
        parts = [_("up to date") if image.up_to_date else took, human_size(image.size), short]
    elif image.state == "running":
        step = _("step {step}/{steps}").format(step=image.step, steps=image.steps)
        gone = human_seconds(max(0, round(now - image.started)))
        parts = [gone, *([step, one_line(image.instruction)] if image.steps else [])]
    elif image.state == "failed":
        parts = [_("after {time}").format(time=human_seconds(image.seconds))]
    else:
        parts = []
    return f" {symbol('dot')} ".join(parts)
