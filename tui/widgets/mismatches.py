"""The lines that a model reads other than their label says: image, label, and each reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.text import Text

from pipeline.text import one_line
from tui.appearance import symbol
from tui.language import _
from tui.views.readings import marked, shown
from tui.views.record import is_parted, models_of
from tui.widgets.columns import joined, padded, widest
from tui.widgets.header import shortened
from tui.widgets.listing import Listing

Mismatch = Mapping[str, str]

#: Rows that decide how wide the columns are.
_SAMPLE = 500
#: Shares of the width that image and label may take.
_IMAGE_SHARE, _LABEL_SHARE = 0.25, 0.35


class Mismatches(Listing):
    """Models that read the same are named together; what differs from the label is marked."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._all: Sequence[Mismatch] = ()
        self.rows: Sequence[Mismatch] = ()
        self.names: Sequence[str] = ()
        self.only_parted = False

    def show_mismatches(self, mismatches: Sequence[Mismatch], names: Sequence[str]) -> None:
        """Show these, all or only those on which models disagree; ``names`` is the models' order."""
        if mismatches is not self._all:
            self._all, self.names = mismatches, names
            self._filter()

    def toggle(self) -> None:
        """Show only the lines on which models disagree with each other, or all."""
        self.only_parted = not self.only_parted
        self._filter()

    def _filter(self) -> None:
        self.rows = [row for row in self._all if is_parted(row) or not self.only_parted]
        sample = self.rows[:_SAMPLE]
        images = widest(one_line(row["image"]) for row in sample)
        labels = widest(shown(row["label"]) for row in sample)
        self.show_rows(
            len(self.rows),
            lambda index, width: _row(self.rows[index], self.names, width, images, labels),
        )


def _row(row: Mismatch, names: Sequence[str], width: int, images: int, labels: int) -> Text:
    image_width = min(images, round(width * _IMAGE_SHARE))
    label_width = min(labels, round(width * _LABEL_SHARE))
    image = Text(shortened(one_line(row["image"]), image_width), "dim")
    return joined(
        [padded(image, image_width), padded(shown(row["label"]), label_width), readings(row, names)]
    )


def readings(row: Mismatch, names: Sequence[str]) -> Text:
    """Return each reading once, after the models that read it."""
    models = models_of(row, names)
    text = Text()
    for reading in dict.fromkeys(models.values()):
        readers = [name for name, read in models.items() if read == reading]
        if text:
            text.append(f" {symbol('dot')} ")
        who = _("all") if len(readers) == len(models) > 1 else ", ".join(map(one_line, readers))
        text.append(f"{who} ", "dim")
        text.append_text(marked(reading, row["label"]))
        if reading == row["label"]:
            text.append(f" {symbol('done')}", "green")
    return text
