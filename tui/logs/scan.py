"""Going through a file for the lines that match, in batches, from where the last pass ended."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tui.logs.cleaning import shown
from tui.logs.pattern import Pattern, is_plain
from tui.logs.reading import Piece, walk


@dataclass(frozen=True)
class Place:
    """The beginning of a line: its number, from 0, and its position in bytes."""

    line: int = 0
    offset: int = 0


@dataclass(frozen=True)
class Batch:
    """Matching lines, in order. A later pass goes on from ``then``, the first line that may still change."""

    lines: array[int]
    then: Place


def scan(descriptor: int, patterns: Sequence[Pattern], start: Place, stop: int) -> Iterator[Batch]:
    """Yield the lines between ``start`` and ``stop`` (bytes) that have all of ``patterns``."""
    place = start
    for piece in walk(descriptor, start.offset, stop):
        lines = array("Q", (place.line + found for found in _matches(descriptor, piece, patterns)))
        if piece.is_ended:
            place = Place(place.line + piece.count, piece.end)
        yield Batch(lines, place)


def _matches(descriptor: int, piece: Piece, patterns: Sequence[Pattern]) -> Iterator[int]:
    if piece.data is not None and _cannot_match(piece.data, patterns):
        return
    for number, raw in enumerate(piece.raw_lines(descriptor)):
        text = shown(raw).text
        if all(pattern.is_in(text) for pattern in patterns):
            yield number


def _cannot_match(data: bytes, patterns: Sequence[Pattern]) -> bool:
    """Spare the work on single lines where the whole chunk tells that it is in vain."""
    return is_plain(data) and not all(pattern.may_be_in(data) for pattern in patterns)
