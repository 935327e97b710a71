"""The rows of a dictionary: class, code point, character, name; and finding one of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from tui.views.readings import shown

_CODE_POINT = re.compile(r"u\+([0-9a-f]{1,6})", re.IGNORECASE)


@dataclass(frozen=True)
class Row:
    """A class of the model; ``character`` is empty for the blank."""

    number: int
    character: str = ""

    @property
    def code_points(self) -> str:
        """The character's code points, as ``U+0041``."""
        return " ".join(f"U+{ord(character):04X}" for character in self.character)

    @property
    def shown(self) -> str:
        """The character as it may stand on a screen."""
        return shown(self.character)

    @property
    def name(self) -> str:
        """Unicode's name for it; "" where it has none."""
        return ", ".join(unicodedata.name(character, "") for character in self.character)


def rows_of(entries: Sequence[str], *, use_space_char: bool) -> tuple[Row, ...]:
    """Return a row for each class: the blank, the entries, and the space if one is added."""
    characters = [*entries, *([" "] if use_space_char else [])]
    return (Row(0), *(Row(number, item) for number, item in enumerate(characters, start=1)))


def find(rows: Sequence[Row], wanted: str, start: int, step: int = 1) -> int | None:
    """Return the index of the next row with a character, ``U+XXXX`` or part of a name, round the end.

    Args:
        rows: where to look.
        wanted: what to look for; a single character is not looked for in names.
        start: the index where to begin; it is the last one to be looked at.
        step: 1 or -1.
    """
    code = _CODE_POINT.fullmatch(wanted.strip())
    number = int(code[1], 16) if code else -1
    character = chr(number) if 0 <= number <= 0x10FFFF else wanted
    name = wanted.strip().upper() if len(wanted.strip()) > 1 and not code else ""
    for distance in range(1, len(rows) + 1):
        index = (start + step * distance) % len(rows)
        row = rows[index]
        if (character and character in row.character) or (name and name in row.name):
            return index
    return None
