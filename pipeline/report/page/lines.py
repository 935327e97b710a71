"""Every line that a model read otherwise: picture, label, and each reading with what differs marked."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup, escape

from pipeline.report.confusions import pieces, visible
from pipeline.report.model import Report
from pipeline.report.page.say import cell, tag, together, written
from pipeline.report.pictures import PictureError, load_picture
from pipeline.tasks import TASKS
from pipeline.text import cut, shown
from stages.contract import Mismatch
from stages.message import Message, joined, msg

#: So many lines are shown, and so many of them with their pictures, which take so many bytes in all.
MOST_LINES, MOST_PICTURES, MOST_BYTES = 200, 100, 1_500_000
#: A text is cut after so many characters: no line of a test set has as many.
LONGEST = 500
#: A picture is made to fit, in pixels: that of a line, and that of a page.
_LINE, _PAGE = (640, 72), (480, 480)
_QUALITY = 80


@dataclass(frozen=True)
class Picture:
    """A picture as the page holds it, and its size in pixels."""

    address: str
    width: int
    height: int


@dataclass(frozen=True)
class Card:
    """A line: what stands on it as markup, and the picture, if there is one."""

    image: str
    label: Markup
    readings: tuple[tuple[tuple[str, ...], Markup, bool], ...]
    """which models, what they found, whether it is as the label says"""
    is_parted: bool
    """whether models differ from each other, and not from the label alone"""
    picture: Picture | None


@dataclass(frozen=True)
class Lines:
    """What is shown, and how much is not: ``more`` lines, and pictures of ``unseen`` lines."""

    cards: tuple[Card, ...]
    more: int
    unseen: int

    @property
    def left_out(self) -> str:
        """What is not shown, in a sentence; "" if all is."""
        said = []
        if self.more:
            said.append(msg("{count} more lines are in report.json", self.more))
        if self.unseen:
            most = f"{MOST_BYTES / 1e6:g}"
            why = msg(
                "{count} of these have no picture here: it cannot be read, or there are "
                "{pictures} pictures or {size} MB of them already",
                self.unseen, MOST_PICTURES, most,
            )  # fmt: skip
            said.append(why)
        return joined("; ", said)


def lines_of(report: Report, images: Path | None) -> Lines:
    """Return the lines of a report.

    Args:
        report: names them.
        images: the folder of the test images; None if they are not at hand.
    """
    cards, room, left = [], MOST_BYTES, MOST_PICTURES
    reads = TASKS[report.task].reads
    names = [model.name for model in report.models]
    chosen = report.mismatches[:MOST_LINES]
    for item in chosen:
        picture = (
            _picture(images, item.image, _LINE if reads else _PAGE) if images and left else None
        )
        if picture and len(picture.address) > room:
            picture = None
        if picture:
            room, left = room - len(picture.address), left - 1
        cards.append(_card(item, names, picture, reads=reads))
    unseen = sum(card.picture is None for card in cards)
    return Lines(tuple(cards), len(report.mismatches) - len(chosen), unseen)


def _card(item: Mismatch, names: Sequence[str], picture: Picture | None, *, reads: bool) -> Card:
    found: dict[str, list[str]] = {}
    for name in dict.fromkeys((*names, *item.found)):
        if name in item.found:
            found.setdefault(item.found[name], []).append(name)
    readings = tuple(
        (
            (msg("all models"),) if len(found) == 1 and len(models) > 1 else tuple(models),
            marked(reading, item.label) if reads else cell(reading),
            reading == item.label,
        )
        for reading, models in found.items()
    )
    return Card(
        item.image,
        written(cut(item.label, LONGEST)) if reads else cell(item.label),
        readings,
        len(found) > 1,
        picture,
    )


def marked(reading: str, label: str) -> Markup:
    """Return what was read, with what the label has otherwise marked; what was left out is an empty place."""
    parts = (
        _piece(text, is_same)
        for text, is_same in pieces(cut(reading, LONGEST), cut(label, LONGEST))
    )
    return tag("bdi", together(parts), class_="written")


def reading(found: str, label: str | None = None) -> Markup:
    """Return what was found: a sentence of Paddock's, or a text, held against its label if there is one."""
    if isinstance(found, Message):
        return cell(found)
    return written(cut(found, LONGEST)) if label is None else marked(found, label)


def _piece(text: str, is_same: bool) -> Markup:
    if is_same:
        return escape(shown(text))
    return tag("mark", visible(text), class_=None if text else "gap")


def _picture(images: Path, name: str, box: tuple[int, int]) -> Picture | None:
    """Return a picture made small: what else is in its file, such as where it was taken, stays out."""
    try:
        image = load_picture(images, name).image
    except PictureError:
        return None
    image.thumbnail(box)
    data = io.BytesIO()
    image.save(data, "JPEG", quality=_QUALITY)
    address = "data:image/jpeg;base64," + base64.b64encode(data.getvalue()).decode("ascii")
    return Picture(address, *image.size)
