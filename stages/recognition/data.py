"""What the labels of lines of text must keep to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from stages.dataset.dictionary import take_dictionary
from stages.dataset.problems import Problems
from stages.dataset.split import Split
from stages.message import msg
from stages.runtime import Context
from stages.text.dictionary import Dictionary
from stages.text.labels import Label
from stages.text.printable import quoted


@dataclass(frozen=True)
class TextRules:
    """Every text has characters of the dictionary, and not too many of them."""

    dictionary: Dictionary
    max_text_length: int

    def check(self, where: str, label: Label, size: tuple[int, int], problems: Problems) -> None:
        """Look at one text; the image's size does not matter to it."""
        if not label.text:
            problems.add(where, msg("the text of {image} is empty", quoted(label.image)))
        if len(label.text) > self.max_text_length:
            problems.add(
                where,
                msg(
                    "the text {text} has {text2} characters; allowed are {max_text_length} "
                    "(max_text_length): PaddleOCR would leave the line out in silence",
                    quoted(label.text),
                    len(label.text),
                    self.max_text_length,
                ),
            )
        for character in self.dictionary.unknown(label.text):
            problems.add_outsider(where, character)

    def count(self, splits: Sequence[Split]) -> dict[str, Any]:
        """Return ``characters``, ``classes`` and ``longest_text``."""
        return {
            "characters": len(self.dictionary.characters),
            "classes": self.dictionary.classes,
            "longest_text": max(len(label.text) for split in splits for label in split.labels),
        }


def rules(context: Context) -> TextRules:
    """Return what every text must keep to; the dictionary becomes an artifact.

    Raises:
        IntegrityError: the dictionary is malformed.
    """
    return TextRules(take_dictionary(context), int(context.parameters["max_text_length"]))
