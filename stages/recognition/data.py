"""What the labels of lines of text must keep to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from stages.contract import LineCounts
from stages.dataset.problems import Problems
from stages.dataset.split import Split
from stages.message import msg
from stages.recognition.dictionary import take_dictionary
from stages.recognition.lines import Lines, count_lines, line_notes
from stages.runtime import Context
from stages.text.dictionary import Dictionary
from stages.text.labels import Label
from stages.text.printable import quoted


@dataclass
class TextRules:
    """Every text has characters of the dictionary, and not too many of them."""

    dictionary: Dictionary
    max_text_length: int
    image_shape: tuple[int, ...] = ()
    #: Labels that had capitals.
    lowered: int = 0

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
        problems.trained = self.dictionary.trained
        for character in self.dictionary.unknown(self._as_encoded(label.text)):
            problems.add_outsider(where, character)

    def settle(self, splits: Sequence[Split]) -> Iterator[str]:
        """Lower-case all texts where PaddleOCR's default dictionary does, and say of how many."""
        if not self.dictionary.lower_cased:
            return
        labels = [label for split in splits for label in split.labels]
        self.lowered = sum(self._as_encoded(label.text) != label.text for label in labels)
        for split in splits:
            split.labels = [
                replace(label, text=self._as_encoded(label.text)) for label in split.labels
            ]
        if self.lowered:
            yield msg(
                "{changed} of {labels} labels hold capitals; they are trained on and compared in lower "
                "case, which is all that PaddleOCR's default dictionary writes",
                self.lowered,
                len(labels),
            )

    def _as_encoded(self, text: str) -> str:
        return text.lower() if self.dictionary.lower_cased else text

    def count(self, splits: Sequence[Split]) -> dict[str, Any]:
        """Return ``characters``, ``classes``, ``longest_text``; the rest only where there is any."""
        odd = Counter(oddity.kind.value for oddity in self.dictionary.oddities)
        return {
            **({"odd_classes": dict(odd)} if odd else {}),
            **({"lowered": self.lowered} if self.lowered else {}),
            "shape": self._counted(splits),
            "characters": len(self.dictionary.characters),
            "classes": self.dictionary.classes,
            "longest_text": max(len(label.text) for split in splits for label in split.labels),
        }

    def warnings(self, splits: Sequence[Split]) -> Iterator[str]:
        """Say what about lines and texts does not suit the model."""
        if self.image_shape:
            yield from line_notes(Lines.of(splits, self.image_shape))

    def _counted(self, splits: Sequence[Split]) -> LineCounts | None:
        return count_lines(Lines.of(splits, self.image_shape)) if self.image_shape else None


def rules(context: Context) -> TextRules:
    """Return what every text must keep to; the dictionary becomes an artifact.

    Raises:
        IntegrityError: the dictionary is malformed.
    """
    return TextRules(
        take_dictionary(context),
        int(context.parameters["max_text_length"]),
        tuple(context.parameters.get("image_shape", ())),
    )
