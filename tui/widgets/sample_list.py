"""The test images, a row each: image, label, and what each model found."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from pipeline.report.samples import Sample
from pipeline.text import one_line
from tui.appearance import symbol
from tui.views.readings import readings, said
from tui.widgets.columns import joined, padded, widest
from tui.widgets.header import shortened
from tui.widgets.listing import Listing

#: Rows that decide how wide the columns are.
_SAMPLE = 500
#: Shares of the width that image and label may take.
_IMAGE_SHARE, _LABEL_SHARE = 0.25, 0.35
#: Of a page the name says more than the number of its boxes.
_PAGE_SHARE = 0.45


class SampleList(Listing):
    """Models that found the same are named together; what differs from the label is marked."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.rows: Sequence[Sample] = ()

    def show_samples(self, rows: Sequence[Sample]) -> None:
        """Show these, the cursor on the image that it was on, else on the first."""
        here = self.rows[self.cursor] if self.rows else None
        self.rows = rows
        sample = rows[:_SAMPLE]
        images = widest(one_line(row.image) for row in sample)
        labels = widest(said(row.label, is_text=row.kind == "text") for row in sample)
        self.show_rows(
            len(rows),
            lambda index, width: _row(self.rows[index], width, images, labels),
            cursor=next((at for at, row in enumerate(rows) if row is here), 0),
        )

    def _text(self, row: int) -> str:
        """Return what is searched: all of it, without the marks of what differs."""
        sample = self.rows[row]
        texts = (sample.label, *sample.found)
        said_so = texts if sample.kind == "text" else map(said, texts)
        return "\n".join((sample.image, *said_so)).casefold()


def _row(row: Sample, width: int, images: int, labels: int) -> Text:
    share = _PAGE_SHARE if row.kind == "page" else _IMAGE_SHARE
    image_width = min(images, round(width * share))
    label_width = min(labels, round(width * _LABEL_SHARE))
    image = Text(shortened(one_line(row.image), image_width), "dim")
    label = said(row.label, is_text=row.kind == "text")
    found = Text(f" {symbol('dot')} ").join(
        Text.assemble((f"{who} ", "dim"), reading) for who, reading in readings(row)
    )
    return joined([padded(image, image_width), padded(label, label_width), found])
