"""What is odd about a dictionary's lines: what readers take in different ways, or what no label trains.

A dictionary for a new head must have none of it. One that a model was trained with is read as it is:
each line is a class, and what is odd about it is said.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from stages.message import joined, msg
from stages.pitfalls import Pitfall
from stages.text.printable import code_point

SPACE = " "
BOM = "\ufeff"
#: How many classes a warning names.
_NAMED = 5
_REGIONAL_INDICATORS = range(0x1F1E6, 0x1F200)


class Kind(str, Enum):
    """In which way a line is odd; preprocess.json has these words."""

    BOM = "byte-order-mark"
    CRLF = "windows-line-end"
    EMPTY = "empty-line"
    CONTROL = "control-character"
    SEVERAL = "several-characters"
    DUPLICATE = "duplicate"
    SECOND_SPACE = "second-space"


PITFALLS: Mapping[Kind, Pitfall] = {
    Kind.BOM: Pitfall.DICTIONARY_BOM,
    Kind.CRLF: Pitfall.DICTIONARY_CRLF,
    Kind.EMPTY: Pitfall.DICTIONARY_ODD_ENTRY,
    Kind.CONTROL: Pitfall.DICTIONARY_ODD_ENTRY,
    Kind.SEVERAL: Pitfall.DICTIONARY_ODD_ENTRY,
    Kind.DUPLICATE: Pitfall.DICTIONARY_DUPLICATE,
    Kind.SECOND_SPACE: Pitfall.DICTIONARY_DOUBLE_SPACE,
}


@dataclass(frozen=True)
class Oddity:
    """One odd class. ``number`` is its line and its class; ``first`` the earlier one with the same text."""

    kind: Kind
    number: int
    text: str
    first: int = 0


def find_oddities(lines: Sequence[str], space_added: bool) -> Iterator[Oddity]:
    """Give all that is odd: line by line, then what stands twice.

    Args:
        lines: of the file, with their carriage returns.
        space_added: whether a space follows after the last one.
    """
    for number, line in enumerate(lines, start=1):
        yield from _of_line(number, line)
    entries = [without_returns(line) for line in lines]
    seen: dict[str, int] = {}
    for number, entry in enumerate([*entries, SPACE] if space_added else entries, start=1):
        first = seen.setdefault(entry, number)
        if first != number and entry:
            kind = Kind.SECOND_SPACE if entry == SPACE else Kind.DUPLICATE
            yield Oddity(kind, number, entry, first)


def without_returns(line: str) -> str:
    r"""Return a line as PaddleOCR reads it: ``line.strip("\n").strip("\r\n")``."""
    return line.strip("\r\n")


def _of_line(number: int, line: str) -> Iterator[Oddity]:
    entry = without_returns(line)
    if entry != line:
        yield Oddity(Kind.CRLF, number, entry)
    if number == 1 and entry.startswith(BOM):
        yield Oddity(Kind.BOM, number, entry)
    elif not entry:
        yield Oddity(Kind.EMPTY, number, entry)
    elif any(_is_control(character) for character in entry):
        yield Oddity(Kind.CONTROL, number, entry)
    elif not _is_one_character(entry):
        yield Oddity(Kind.SEVERAL, number, entry)


def _is_control(character: str) -> bool:
    """Tell control characters and line separators; a byte order mark inside the file is one too."""
    return unicodedata.category(character) in ("Cc", "Zl", "Zp") or character == BOM


def _is_one_character(text: str) -> bool:
    """Return whether a reader sees one character: a code point, one with marks on it, or a flag.

    PaddleOCR's own dictionaries hold such entries (ppocrv5_dict.txt has ten flags).
    """
    first, rest = text[0], text[1:]
    if ord(first) in _REGIONAL_INDICATORS and len(rest) == 1:
        return ord(rest) in _REGIONAL_INDICATORS
    return all(unicodedata.category(character).startswith("M") for character in rest)


def sentences(oddities: Iterable[Oddity]) -> Iterator[tuple[str, Pitfall]]:
    """Give a warning for each kind of oddity of a trained model's dictionary, with its pitfall."""
    kinds: dict[Kind, list[Oddity]] = {}
    for oddity in oddities:
        kinds.setdefault(oddity.kind, []).append(oddity)
    for kind, found in kinds.items():
        yield _sentence(kind, len(found), _examples(found)), PITFALLS[kind]


def _sentence(kind: Kind, count: int, examples: str) -> str:
    """Say what classes are, as the model was trained with them."""
    if kind is Kind.BOM:
        return msg("a byte order mark, as in the training a part of {examples}", examples)
    if kind is Kind.CRLF:
        return msg(
            "lines that end with CR LF ({count}): the classes are taken without, as in the training; an "
            "app must read them so too",
            count,
        )
    if kind is Kind.EMPTY:
        return msg(
            "empty lines ({count}), each a class that reads as nothing, as in the training: {examples}",
            count,
            examples,
        )
    if kind is Kind.CONTROL:
        return msg(
            "control characters in classes ({count}), as in the training: {examples}",
            count,
            examples,
        )
    if kind is Kind.SEVERAL:
        return msg(
            "classes of several characters ({count}), as in the training: {examples}",
            count,
            examples,
        )
    if kind is Kind.SECOND_SPACE:
        return msg("the space is more than one class, as in the training: {examples}", examples)
    return msg(
        "classes that repeat an earlier one ({count}), as in the training: {examples}",
        count,
        examples,
    )


def _examples(found: Sequence[Oddity]) -> str:
    named = [_named(oddity) for oddity in found[:_NAMED]]
    return joined(", ", [*named, "…"] if len(found) > _NAMED else named)


def _named(oddity: Oddity) -> str:
    if oddity.first:
        text = code_point(oddity.text)
        return msg("{text} is class {first} and class {number}", text, oddity.first, oddity.number)
    if not oddity.text:
        return msg("class {number}", oddity.number)
    return msg("class {number} {text}", oddity.number, code_point(oddity.text))
