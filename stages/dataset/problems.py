"""All that is wrong with a data set, collected, so that a person mends it in one go."""

from __future__ import annotations

from dataclasses import dataclass, field

from stages.errors import IntegrityError, StageError
from stages.message import Message, joined, msg
from stages.pitfalls import Pitfall
from stages.text.printable import code_point

#: How many characters a message lists, and how many examples of a kind of problem.
SHOWN, EXAMPLES = 20, 3


@dataclass
class Outsider:
    """A character that labels use and the dictionary lacks."""

    first: str
    lines: int = 0


@dataclass
class Problems:
    """Everything found so far, in the order of the files; what is alike is counted, not listed."""

    lines: list[str] = field(default_factory=list)
    outsiders: dict[str, Outsider] = field(default_factory=dict)
    #: Whether the dictionary is a trained model's, so that nothing can be added to it.
    trained: bool = False
    _kinds: dict[str, list[str]] = field(default_factory=dict)
    _first: str = ""

    def add(self, where: str, message: str) -> None:
        """Note a problem of one place (``file:line``). Those that the same is said of are of one kind."""
        self._first = self._first or where
        said = msg("{first}: {rest}", where, message)
        self.lines.append(said)
        self._kinds.setdefault(_kind(message), []).append(said)

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
        message = joined("\n", parts)
        if self.outsiders:
            pitfall = Pitfall.LABEL_OUTSIDE_DICTIONARY
            raise IntegrityError(message, self._first, self._dictionary_remedy(), pitfall)
        raise StageError(
            message, self._first, msg("correct the label files or the images named above")
        )

    def _describe_outsiders(self) -> str:
        if not self.outsiders:
            return ""
        count = len(self.outsiders)
        head = (
            msg("{count} character is not in the dictionary:", count)
            if count == 1
            else msg("{count} characters are not in the dictionary:", count)
        )
        lines = [
            msg(
                "  {character} first at {first}, {count}",
                code_point(character),
                found.first,
                _lines(found.lines),
            )
            for character, found in self.outsiders.items()
        ]
        more = len(lines) - SHOWN
        cut = [msg("  … and {count} more characters", more)] if more > 0 else []
        return joined("\n", [head, *lines[:SHOWN], *cut])

    def _describe_lines(self) -> str:
        if not self.lines:
            return ""
        count = len(self.lines)
        head = (
            msg("{count} problem in the data:", count)
            if count == 1
            else msg("{count} problems in the data:", count)
        )
        shown = []
        for alike in self._kinds.values():
            shown += [msg("  {line}", line) for line in alike[:EXAMPLES]]
            if more := len(alike) - EXAMPLES:
                shown += [msg("  … and {count} more like this", more)] if more > 0 else []
        return joined("\n", [head, *shown])

    def _dictionary_remedy(self) -> str:
        if self.trained:
            return msg(
                "the model has no class for them: correct the labels, or leave these lines out"
            )
        remedy = msg("add the characters to the dictionary, or correct the labels")
        space = [msg("for the space set use_space_char = true")] if " " in self.outsiders else []
        return joined("; ", [remedy, *space])


def _kind(message: str) -> str:
    """Return what a message says without its values, but for those that are messages themselves."""
    if not isinstance(message, Message):
        return message
    return "|".join([message.template, *map(_kind, _messages(message))])


def _messages(message: Message) -> list[Message]:
    return [value for value in message.values if isinstance(value, Message)]


def _lines(count: int) -> str:
    return msg("{count} line", count) if count == 1 else msg("{count} lines", count)
