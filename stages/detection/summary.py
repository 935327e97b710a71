"""What detection adds to ``parity.json`` and ``golden.json``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from stages.contract import Mismatch, ModelEntry
from stages.contract.pages import Page
from stages.detection.boxes import Boxes
from stages.detection.hmean import match, scores
from stages.detection.labels import Region
from stages.detection.task import Pixels
from stages.message import msg
from stages.parity.models import Model
from stages.parity.series import Series
from stages.parity.summary import DIGITS

#: By image: the labelled regions of a page.
Labels = Sequence[tuple[str, tuple[Region, ...]]]


def quality(predictions: Sequence[Boxes], labels: Labels) -> dict[str, float | int]:
    """Return ``hmean``, ``precision``, ``recall`` and ``boxes`` of a model's entry."""
    pairs = zip(predictions, labels, strict=True)
    found = scores(match(boxes, regions) for boxes, (_, regions) in pairs)
    rounded = {name: round(value, DIGITS) for name, value in found.items()}
    return {**rounded, "boxes": sum(map(len, predictions))}


def with_pixels(entry: ModelEntry, pixels: Mapping[str, Pixels]) -> ModelEntry:
    """Return a model's entry with ``flipped_pixels`` and ``pixels``, if it was compared."""
    counted = pixels.get(entry.name)
    if counted is None or not entry.is_measured:
        return entry
    return replace(entry, flipped_pixels=counted.flipped, pixels=counted.compared)


def pages(columns: Sequence[Series[Boxes]], labels: Labels) -> list[Page]:
    """Return what is labelled and what each measured model found, page by page."""
    measured = [column for column in columns if column.alive]
    return [_page(image, regions, measured, at) for at, (image, regions) in enumerate(labels)]


def _page(image: str, regions: Sequence[Region], columns: Sequence[Series[Boxes]], at: int) -> Page:
    seen = {each.model.name: each.predictions[at] for each in columns}
    matches = {name: match(boxes, regions) for name, boxes in seen.items()}
    return Page(
        image,
        count_boxes(sum(not region.ignored for region in regions)),
        {
            each.model.name: _tell(each.model, seen, matches[each.model.name].pairs)
            for each in columns
        },
        tuple(tuple((round(x), round(y)) for x, y in region.points) for region in regions),
        dict(seen),
        missed={name: found.missed for name, found in matches.items()},
        extra={name: found.extra for name, found in matches.items()},
    )


def mismatches(pages: Sequence[Page]) -> list[Mismatch]:
    """Return the pages that a model sees otherwise than the label or PD does; the latter first."""
    rows = [page for page in pages if page.is_parted or not page.is_as_labelled]
    rows.sort(key=lambda page: not page.is_parted)
    return [Mismatch(page.image, page.label, page.found) for page in rows]


def count_boxes(number: int) -> str:
    """Return "12 boxes"."""
    return msg("{count} box", number) if number == 1 else msg("{count} boxes", number)


def _tell(model: Model, seen: Mapping[str, Boxes], pairs: int) -> str:
    """Tell how many boxes there are, how many of the label's they match, and how many no reference has."""
    boxes = seen[model.name]
    said = msg("{count_boxes}, {pairs} matched", count_boxes(len(boxes)), pairs)
    other = len(set(boxes) - set(seen.get(model.reference) or boxes))
    return msg("{said}, {other} not {reference}'s", said, other, model.reference) if other else said
