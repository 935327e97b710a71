"""Which characters a model takes for which: labels and readings aligned, and what differs counted."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TYPE_CHECKING

from pipeline.tasks import TASKS
from pipeline.text import shown

if TYPE_CHECKING:
    from pipeline.report.model import Report

#: Longer texts are compared up to here only: no recognition model writes as much in one line.
LONGEST = 400
#: What stands for a character that is not there, and for a space.
NOTHING, SPACE = "\u2205", "\u2423"
#: What the label has, and what was read in its place; "" where there is nothing.
Pair = tuple[str, str]


def clusters(text: str) -> list[str]:
    """Split ``text`` into what stands in one place: a character, and the marks on it."""
    found: list[str] = []
    for character in text:
        if found and unicodedata.category(character).startswith("M"):
            found[-1] += character
        else:
            found.append(character)
    return found


def compared(
    read: Sequence[str], wanted: Sequence[str]
) -> Iterator[tuple[str, int, int, int, int]]:
    """Align two texts; give :mod:`difflib`'s steps from what was read to what was wanted."""
    matcher = SequenceMatcher(None, read[:LONGEST], wanted[:LONGEST], autojunk=False)
    yield from matcher.get_opcodes()


def pairs(label: str, reading: str) -> Iterator[Pair]:
    """Give what differs, place by place."""
    wanted, read = clusters(label), clusters(reading)
    for tag, start, end, since, to in compared(read, wanted):
        if tag != "equal":
            yield from zip_longest(wanted[since:to], read[start:end], fillvalue="")


def visible(character: str) -> str:
    """Return what stands for a character where it stands alone; no character and a space are seen, too."""
    return SPACE if character.isspace() else shown(character) or NOTHING


def pieces(reading: str, label: str) -> Iterator[tuple[str, bool]]:
    """Give the reading piece by piece, and whether the label has the same there.

    A character of the label that was not read is an empty piece.
    """
    read, wanted = clusters(reading), clusters(label)
    for tag, start, end, since, to in compared(read, wanted):
        if tag == "equal":
            yield "".join(read[start:end]), True
            continue
        yield from ((item, False) for item in read[start:end])
        yield from (("", False) for _item in range((to - since) - (end - start)))
    rest = "".join(read[LONGEST:])
    if rest:
        yield rest, rest == "".join(wanted[LONGEST:])


def counted(report: Report) -> dict[Pair, Counter[str]]:
    """Return how often each model has each confusion, the most frequent first; none where nothing is read."""
    counts: dict[Pair, Counter[str]] = {}
    for item in report.mismatches if TASKS[report.task].reads else ():
        aligned: dict[str, list[Pair]] = {}  # models read mostly the same
        for name, reading in item.found.items():
            if reading not in aligned:
                aligned[reading] = [*pairs(item.label, reading)]
            for pair in aligned[reading]:
                counts.setdefault(pair, Counter())[name] += 1
    order = sorted(counts, key=lambda pair: (-max(counts[pair].values()), pair))
    return {pair: counts[pair] for pair in order}
