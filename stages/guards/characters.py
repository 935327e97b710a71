"""Where two lists of characters part, and in which of the known ways."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from stages.message import msg
from stages.pitfalls import Pitfall
from stages.text.dictionary import SPACE
from stages.text.printable import code_point

_BOM = "\ufeff"


@dataclass(frozen=True)
class Difference:
    """How two dictionaries differ, in words, and what to do about it."""

    text: str
    pitfall: Pitfall
    remedy: str


def summary(characters: Sequence[str]) -> str:
    """Return the number of characters and a short hash of them and their order."""
    digest = hashlib.sha256("\n".join(characters).encode("utf-8", "surrogatepass")).hexdigest()
    return msg("{characters} characters, SHA-256 {digest}", len(characters), digest[:16])


def difference(expected: Sequence[str], found: Sequence[str]) -> Difference | None:
    """Describe how ``found`` differs from ``expected``, both in the order of their classes.

    Returns:
        the first place where they part, with its line and code points; None if they are equal.
    """
    pairs = enumerate(zip_longest(expected, found), start=1)
    first = next(((line, one, other) for line, (one, other) in pairs if one != other), None)
    if first is None:
        return None
    line, wanted, there = first
    place = msg(
        "line {line} (class {line2}) is {named}, expected {named2}",
        line,
        line,
        _named(there),
        _named(wanted),
    )
    kind, pitfall, remedy = _kind(expected, found)
    return Difference(msg("{first}; {rest}", kind, place), pitfall, remedy)


def _named(character: str | None) -> str:
    return "missing" if character is None else code_point(character)


def _kind(expected: Sequence[str], found: Sequence[str]) -> tuple[str, Pitfall, str]:
    """Tell the known ways apart, the most telling first."""
    if [entry.removesuffix("\r") for entry in found] == list(expected):
        return (
            msg("Windows line ends (CRLF)"),
            Pitfall.DICTIONARY_CRLF,
            _ORDER,
        )
    if found and [found[0].removeprefix(_BOM), *found[1:]] == list(expected):
        return msg("a byte order mark"), Pitfall.DICTIONARY_BOM, _ORDER
    if found.count(SPACE) > max(1, expected.count(SPACE)):
        return msg("the space stands there twice"), Pitfall.DICTIONARY_DOUBLE_SPACE, _COUNT
    if len(found) != len(expected):
        text = msg("it has {found} characters, expected are {expected}", len(found), len(expected))
        return text, Pitfall.DICTIONARY_CLASSES, _COUNT
    if Counter(found) == Counter(expected):
        text = msg("the same {found} characters in another order", len(found))
        return text, Pitfall.DICTIONARY_REORDERED, _ORDER
    changed = sum(one != other for one, other in zip(expected, found, strict=True))
    text = msg("{changed} of {expected} characters differ", changed, len(expected))
    return text, Pitfall.DICTIONARY_CHANGED, _ORDER


_ORDER = msg("use the dictionary that the model was trained with, byte by byte")
_COUNT = msg("{order}; a difference of 1 is most often use_space_char", _ORDER)
