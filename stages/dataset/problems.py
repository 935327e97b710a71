"""All that is wrong with a data set, collected, so that a person mends it in one go."""

from __future__ import annotations

from dataclasses import dataclass, field

from stages.errors import IntegrityError, StageError
from stages.pitfalls import Pitfall
from stages.text.printable import code_point

#: How many problems, and how many characters, a message lists.
SHOWN = 20


@dataclass
class Outsider:
    """A character that labels use and the dictionary lacks."""

    first: str
    lines: int = 0


@dataclass
class Problems:
    """Everything found so far, in the order of the files."""

    lines: list[str] = field(default_factory=list)
    outsiders: dict[str, Outsider] = field(default_factory=dict)
    _first: str = ""

    def add(self, where: str, message: str) -> None:
        """Note a problem of one place (``file:line``)."""
        self._first = self._first or where
        self.lines.append(f"{where}: {message}")

    def add_outsider(self, where: str, character: str) -> None:
        """Note a character that is not in the dictionary."""
        self._first = self._first or where
        self.outsiders.setdefault(character, Outsider(where)).lines += 1

    def raise_if_any(self) -> None:
        """Raise one error with everything.

        Raises:
            IntegrityError: a character is not in the dictionary (and whatever else there is).
            StageError: there are other problems only.
        """
        parts = [part for part in (self._describe_outsiders(), self._describe_lines()) if part]
        if not parts:
            return
        message = "\n".join(parts)
        if self.outsiders:
            pitfall = Pitfall.LABEL_OUTSIDE_DICTIONARY
            raise IntegrityError(message, self._first, self._dictionary_remedy(), pitfall)
        raise StageError(message, self._first, "correct the label files or the images named above")

    def _describe_outsiders(self) -> str:
        if not self.outsiders:
            return ""
        head = _count(len(self.outsiders), "character", "is", "are")
        lines = [
            f"  {code_point(character)} first at {found.first}, {_count(found.lines, 'line')}"
            for character, found in self.outsiders.items()
        ]
        return "\n".join([f"{head} not in the dictionary:", *_cut(lines, "characters")])

    def _describe_lines(self) -> str:
        if not self.lines:
            return ""
        lines = [f"  {line}" for line in self.lines]
        head = _count(len(lines), "problem")
        return "\n".join([f"{head} in the data:", *_cut(lines, "problems")])

    def _dictionary_remedy(self) -> str:
        remedy = "add the characters to the dictionary, or correct the labels"
        if " " in self.outsiders:
            remedy += "; for the space set use_space_char = true"
        return remedy


def _cut(lines: list[str], what: str) -> list[str]:
    hidden = len(lines) - SHOWN
    return [*lines[:SHOWN], f"  … and {hidden} more {what}"] if hidden > 0 else lines


def _count(number: int, noun: str, one: str = "", many: str = "") -> str:
    verb = one if number == 1 else many
    plural = "" if number == 1 else "s"
    return f"{number} {noun}{plural}" + (f" {verb}" if verb else "")
