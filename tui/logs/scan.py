"""Going through a file for the lines that match, in batches, from where the last pass ended."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tui.logs.cleaning import shown
from tui.logs.pattern import Pattern, is_plain
from tui.logs.reading import Piece, RawLine, cut_line, walk


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
    """Yield the numbers, from 0, of the piece's lines that match."""
    if piece.data is not None and is_plain(piece.data):
        yield from _plain_matches(piece.data, patterns)
        return
    for number, raw in enumerate(piece.raw_lines(descriptor)):
        if _has_all(raw, patterns):
            yield number


def _plain_matches(data: bytes, patterns: Sequence[Pattern]) -> Iterator[int]:
    """Look only at lines that have the first pattern: a search must leave the screen its time."""
    number = counted = 0
    for found in patterns[0].positions(data):
        start = data.rfind(b"\n", 0, found) + 1
        end = data.find(b"\n", found)
        end = len(data) if end < 0 else end
        number += data.count(b"\n", counted, start)
        counted = start
        if _has_all(cut_line(data[start:end]), patterns):
            yield number


def _has_all(raw: RawLine, patterns: Sequence[Pattern]) -> bool:
    text = shown(raw).text
    return all(pattern.is_in(text) for pattern in patterns)
