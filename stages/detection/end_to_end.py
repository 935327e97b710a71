"""Detection and recognition one after the other: do the converted pair read what the original pair reads?

Small differences of a map can move a box, and a moved box shows the recogniser another image; only the
text at the end says whether that matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from stages.contract import Chain, ChainedLine
from stages.contract.artifacts import PD_MODEL, PIR_MODEL
from stages.contract.variant import Variant
from stages.detection.boxes import Boxes
from stages.detection.recogniser import CONVERTED, ORIGINAL, Recogniser
from stages.message import msg, text_of
from stages.parity.series import Series
from stages.preprocess import read_image
from stages.runners import RunnerFailedError
from stages.runtime import Context
from stages.text.printable import printable

#: The columns whose boxes each recogniser reads: the first of them that was measured.
_COLUMNS = {ORIGINAL: (PIR_MODEL, PD_MODEL), CONVERTED: (Variant("x86").model,)}


@dataclass
class Chained:
    """What was read so far."""

    pages: int = 0
    lines: int = 0
    same: int = 0
    different: list[ChainedLine] = field(default_factory=list)
    failure: str = ""

    def add(self, image: str, original: list[str], converted: list[str]) -> None:
        """Compare the lines of a page, in reading order; one that only one pair has is missing."""
        self.pages += 1
        for number, (one, other) in enumerate(zip_longest(original, converted), start=1):
            self.lines += 1
            if one == other:
                self.same += 1
                continue
            self.different.append(ChainedLine(image, number, one or "", other or ""))

    def entry(self, recogniser: str) -> Chain:
        """Return ``chain`` of ``parity.json``."""
        different = tuple(self.different)
        return Chain(recogniser, self.pages, self.lines, self.same, different, self.failure)


def chain(
    context: Context, columns: Sequence[Series[Boxes]], images: Sequence[str]
) -> Chain | None:
    """Return ``chain`` of ``parity.json``; None if the project names no recogniser.

    Args:
        context: of the stage.
        columns: that were measured, with the boxes of every page.
        images: the pages, relative to the input ``test``.

    Raises:
        StageError: an input is not a recognition project's.
        IntegrityError: a recogniser is not as wide as its dictionary.
    """
    if not context.has(ORIGINAL):
        return None
    chained = Chained()
    try:
        _read_pages(context, _boxes_by_reader(columns), images, chained)
    except RunnerFailedError as error:
        chained.failure = text_of(error)
    return chained.entry(_name(context))


def _boxes_by_reader(columns: Sequence[Series[Boxes]]) -> dict[str, list[Boxes]]:
    """Return the boxes that each recogniser reads, page by page.

    Raises:
        RunnerFailedError: the original or the converted detection model was not measured.
    """
    living = {column.model.name: column.predictions for column in columns if column.alive}
    found = {
        reader: next((living[name] for name in names if name in living), None)
        for reader, names in _COLUMNS.items()
    }
    boxes = {
        reader: predictions for reader, predictions in found.items() if predictions is not None
    }
    if len(boxes) != len(_COLUMNS):
        raise RunnerFailedError(
            msg("there are no boxes of both the original and the converted model")
        )
    return boxes


def _read_pages(
    context: Context, boxes: dict[str, list[Boxes]], images: Sequence[str], chained: Chained
) -> None:
    """Read page after page with both recognisers."""
    recogniser, root = Recogniser(context), context.input("test")
    with recogniser.start(ORIGINAL) as original, recogniser.start(CONVERTED) as converted:
        runners = {ORIGINAL: original, CONVERTED: converted}
        for reader in runners.values():
            reader.wait_ready()
        for number, name in enumerate(images):
            context.check_stop()
            context.progress(number, len(images), "pages", msg("detection and recognition chained"))
            page = read_image(root / name)
            one, other = (
                list(recogniser.texts(page, boxes[which][number], which, reader))
                for which, reader in runners.items()
            )
            chained.add(name, one, other)
    context.progress(len(images), len(images), "pages", msg("detection and recognition chained"))


def _name(context: Context) -> str:
    """Return the name of the recogniser's project, which made the original model's input."""
    made_by = next(item.made_by for item in context.spec.inputs if item.name == ORIGINAL)
    return printable(made_by.removeprefix("project "))
