"""Labels of a page: ``[{"transcription": "TEXT", "points": [[x, y], …]}, …]``, PaddleOCR's JSON.

``DetLabelEncode`` (ppocr/data/imaug/label_ops.py) reads the same; it leaves out a page whose JSON it cannot
read, and ``DetMetric`` a region whose outline crosses itself. Here both are errors with their place.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from stages.message import msg
from stages.text.printable import quoted

#: Transcriptions of what nobody can read: neither found nor missed.
IGNORED = ("*", "###")
#: Points of an outline; a curved line of text takes some tens.
FEWEST, MOST = 4, 500
_LARGEST = 1e6

Corner = tuple[float, float]


class LabelError(ValueError):
    """A label that is not a page's; the text says why."""


@dataclass(frozen=True)
class Region:
    """A labelled region: its text and its outline."""

    text: str
    points: tuple[Corner, ...]

    @property
    def ignored(self) -> bool:
        """Whether the label says that it cannot be read."""
        return self.text in IGNORED


def parse_regions(text: str) -> tuple[Region, ...]:
    """Return the regions of a page, in the order of the label.

    Raises:
        LabelError: it is not PaddleOCR's JSON, or an outline is none.
    """
    try:
        listed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise LabelError(msg("the label is not JSON: {error}", error)) from error
    if not isinstance(listed, list):
        raise LabelError(msg("the label is not a list of regions"))
    return tuple(_region(number, item) for number, item in enumerate(listed, start=1))


def _region(number: int, item: Any) -> Region:
    if not isinstance(item, dict) or not isinstance(item.get("transcription"), str):
        raise LabelError(msg('region {number} has no "transcription"', number))
    points = item.get("points")
    if not isinstance(points, list) or not all(_is_corner(point) for point in points):
        raise LabelError(msg('the "points" of region {number} are not a list of [x, y]', number))
    region = Region(item["transcription"], tuple((float(x), float(y)) for x, y in points))
    fault = outline_fault(region.points)
    if fault:
        raise LabelError(
            msg("region {number}, {text}: {fault}", number, quoted(region.text), fault)
        )
    return region


def _is_corner(point: Any) -> bool:
    """Return whether it is two numbers; NaN is not less than anything."""
    return (
        isinstance(point, list)
        and len(point) == 2
        and all(type(value) in (int, float) and abs(value) < _LARGEST for value in point)
    )


def outline_fault(points: Sequence[Corner]) -> str:
    """Return what keeps the points from being the outline of an area, or ""."""
    if len(points) < FEWEST:
        return msg(
            "its outline has {points} points, at least {fewest} are needed", len(points), FEWEST
        )
    if len(points) > MOST:
        return msg("its outline has {points} points, at most {most} are allowed", len(points), MOST)
    if not _area(points):
        return msg("its outline has no area")
    if _crosses_itself(points):
        return msg("its outline crosses itself: give the points in their order around it")
    return ""


def _area(points: Sequence[Corner]) -> float:
    return sum(_cross(one, other) for one, other in _sides(points)) / 2


def _sides(points: Sequence[Corner]) -> Iterator[tuple[Corner, Corner]]:
    return zip(points, [*points[1:], points[0]], strict=True)


def _cross(one: Corner, other: Corner) -> float:
    return one[0] * other[1] - one[1] * other[0]


def _crosses_itself(points: Sequence[Corner]) -> bool:
    """Return whether two sides that are no neighbours cut each other."""
    sides = list(_sides(points))
    last = len(sides) - 1
    apart = (
        pair
        for pair in combinations(range(len(sides)), 2)
        if pair[1] - pair[0] > 1 and pair != (0, last)
    )
    return any(_cut(*sides[one], *sides[other]) for one, other in apart)


def _cut(start: Corner, end: Corner, other: Corner, other_end: Corner) -> bool:
    def side(point: Corner, one: Corner, two: Corner) -> float:
        return _cross((two[0] - one[0], two[1] - one[1]), (point[0] - one[0], point[1] - one[1]))

    across = side(other, start, end) * side(other_end, start, end)
    back = side(start, other, other_end) * side(end, other, other_end)
    return across < 0 and back < 0
