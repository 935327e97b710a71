"""The canary: does a model read as the one that training started from, rather than as the trained one?

A stock ``.nb`` in place of one's own is a good model that reads most images well; only held against the
starting model it shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from stages.contract import Canary, CanaryEntry, Match
from stages.contract.artifacts import CHECKPOINT_MODEL, PIR_MODEL
from stages.contract.variant import Variant
from stages.guards.comparison import Comparison
from stages.message import msg, text_of
from stages.parity.models import REFERENCE, Model
from stages.parity.sanity import RowSanity
from stages.parity.series import Series
from stages.pitfalls import Pitfall
from stages.published.model import is_model, model_characters, model_files
from stages.runners import Answer, RunnerFailedError
from stages.runtime import Context
from stages.testset import spread
from stages.text.decode import greedy
from stages.text.dictionary import Dictionary
from stages.text.metrics import exact_match
from stages.text.printable import printable

#: Images that the starting model reads, spread evenly over the test set.
IMAGES = 32
_DIGITS = 6


class Stock:
    """The starting model, with its own dictionary: a guest of :func:`stages.parity.measure.measure`."""

    def __init__(self, folder: Path, name: str, images: int) -> None:
        """Take the official model in ``folder``; it will read some of ``images``."""
        self.name = name
        self.failure = ""
        self.predictions: dict[int, str] = {}
        self.files = [str(path) for path in model_files(folder)]
        self._chosen = frozenset(spread(IMAGES, images))
        self._dictionary = Dictionary(model_characters(folder), "", "")

    @property
    def classes(self) -> int:
        """The width of its output."""
        return self._dictionary.classes

    def recognise(self, comparisons: Iterable[Comparison]) -> Iterator[Comparison]:
        """Give the comparisons back; one of a file that is as wide as this model says so."""
        for item in comparisons:
            stock = item.what == "classes" and item.found == str(self.classes)
            if not (stock and item.outcome is Match.DIFFERS and Variant.of_model(item.place)):
                yield item
                continue
            difference = msg(
                "{found} classes, as {self} has them, which training started from; the dictionary "
                "makes {expected}: this is the stock model",
                item.found,
                self.name,
                item.expected,
            )
            remedy = msg("run again with --force convert")
            yield replace(item, difference=difference, pitfall=Pitfall.STOCK_NB, remedy=remedy)

    def wants(self, number: int) -> bool:
        """Return whether the image with this number is one of the chosen."""
        return not self.failure and number in self._chosen

    def take(self, number: int, answer: Answer) -> None:
        """Take what it made of the image with this number; if it failed, ``failure`` says how."""
        if isinstance(answer, RunnerFailedError):
            self.failure = text_of(answer)
            return
        probabilities = answer.probabilities
        wrong = RowSanity().fault(probabilities)
        if wrong:
            self.failure = wrong.detail
        elif probabilities.shape[1] != self.classes:
            self.failure = msg(
                "it has {shape} classes, its dictionary {classes}",
                probabilities.shape[1],
                self.classes,
            )
        if not self.failure:
            self.predictions[number] = greedy(probabilities, self._dictionary).text

    def compare(self, columns: Sequence[Series[str]]) -> Canary:
        """Return ``canary`` of ``evidence.json``: whose strings each exported model reads."""
        if self.failure:
            return Canary(self.name, len(self.predictions), (), self.failure)
        living = {column.model.name: column for column in columns if column.alive}
        return Canary(self.name, len(self.predictions), tuple(self._entries(living)))

    def _entries(self, living: Mapping[str, Series[str]]) -> Iterator[CanaryEntry]:
        stock = list(self.predictions.values())
        for name, column in living.items():
            reference = reference_of(column.model)
            if reference not in living:
                continue
            own = [column.predictions[number] for number in self.predictions]
            theirs = [living[reference].predictions[number] for number in self.predictions]
            yield CanaryEntry(
                name,
                reference,
                as_stock=round(exact_match(own, stock), _DIGITS),
                as_reference=round(exact_match(own, theirs), _DIGITS),
            )


def reference_of(model: Model) -> str:
    """Return the model that this one was made from; "" for the checkpoint, which is the first."""
    if model.name == REFERENCE:
        return CHECKPOINT_MODEL
    return "" if model.name in (CHECKPOINT_MODEL, PIR_MODEL) else model.reference


def find_stock(context: Context, images: int) -> Stock | None:
    """Return the official model that training started from, or None if it did not."""
    for item in context.spec.inputs:
        if item.name == "pretrained" and is_model(Path(item.path)):
            name = printable(item.made_by.removeprefix("model "))
            with context.guarding():
                return Stock(Path(item.path), name, images)
    return None
