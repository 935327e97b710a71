"""The images on which models differ: image, label, and what each model found."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from pipeline.text import one_line
from tui.appearance import symbol
from tui.language import _
from tui.views.differences import Difference
from tui.views.readings import marked, said
from tui.widgets.columns import joined, padded, widest
from tui.widgets.header import shortened
from tui.widgets.listing import Listing

#: Rows that decide how wide the columns are.
_SAMPLE = 500
#: Shares of the width that image and label may take.
_IMAGE_SHARE, _LABEL_SHARE = 0.25, 0.35


class Mismatches(Listing):
    """Models that found the same are named together; what differs from the label is marked."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._all: Sequence[Difference] = ()
        self.rows: Sequence[Difference] = ()
        self.only_parted = False

    def show_differences(self, differences: Sequence[Difference]) -> None:
        """Show these, all or only those on which models disagree."""
        if differences is not self._all:
            self._all = differences
            self._filter()

    def toggle(self) -> None:
        """Show only the images on which models disagree with each other, or all."""
        self.only_parted = not self.only_parted
        self._filter()

    def _filter(self) -> None:
        self.rows = [row for row in self._all if row.is_parted or not self.only_parted]
        sample = self.rows[:_SAMPLE]
        images = widest(one_line(row.image) for row in sample)
        labels = widest(said(row.label, is_text=row.is_text) for row in sample)
        self.show_rows(
            len(self.rows), lambda index, width: _row(self.rows[index], width, images, labels)
        )


def _row(row: Difference, width: int, images: int, labels: int) -> Text:
    image_width = min(images, round(width * _IMAGE_SHARE))
    label_width = min(labels, round(width * _LABEL_SHARE))
    image = Text(shortened(one_line(row.image), image_width), "dim")
    label = said(row.label, is_text=row.is_text)
    return joined([padded(image, image_width), padded(label, label_width), readings(row)])


def readings(row: Difference) -> Text:
    """Return each reading once, after the models that have it."""
    text = Text()
    for reading in dict.fromkeys(row.found.values()):
        readers = [name for name, found in row.found.items() if found == reading]
        if text:
            text.append(f" {symbol('dot')} ")
        who = _("all") if len(readers) == len(row.found) > 1 else ", ".join(map(one_line, readers))
        text.append(f"{who} ", "dim")
        text.append_text(marked(reading, row.label) if row.is_text else Text(said(reading)))
        if reading == row.label:
            text.append(f" {symbol('done')}", "green")
    return text
