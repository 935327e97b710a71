"""Detection and recognition one after the other: do the converted pair read what the original pair reads?

Small differences of a map can move a box, and a moved box shows the recogniser another image; only the
text at the end says whether that matters.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np

from stages.detection.boxes import Boxes, reading_order
from stages.detection.crop import crop
from stages.errors import StageError
from stages.lite.targets import runnable_target
from stages.parity.series import Series
from stages.preprocess import prepare, read_image
from stages.readers import Reader, ReaderFailedError
from stages.recognition.task import Recognition
from stages.runtime import Context
from stages.text.dictionary import Dictionary
from stages.text.printable import printable

#: The recogniser's inputs: the model that its project started from, and what that project delivered.
ORIGINAL, CONVERTED, DICTIONARY, PREPROCESS = (
    "reader-original", "reader-nb", "reader-dict", "reader-preprocess",
)  # fmt: skip
#: The columns whose boxes are read: the first of these that was measured, and the file for phones.
ORIGINAL_COLUMNS = ("pir", "pd")
#: A model's program, PIR or legacy; Paddle Inference takes both.
_PROGRAMS = ("inference.json", "inference.pdmodel")
_PARAMETERS = "inference.pdiparams"


@dataclass
class Chained:
    """What was read so far."""

    lines: int = 0
    same: int = 0
    different: list[dict[str, Any]] = field(default_factory=list)

    def add(self, image: str, original: list[str], converted: list[str]) -> None:
        """Compare the lines of a page, in reading order; one that only one pair has is missing."""
        for number, (one, other) in enumerate(zip_longest(original, converted), start=1):
            self.lines += 1
            if one == other:
                self.same += 1
                continue
            parted = {"original": one or "", "converted": other or ""}
            self.different.append({"image": image, "line": number, **parted})


@dataclass(frozen=True)
class Pair:
    """A detection model's boxes and the recogniser that goes with it."""

    column: Series[Boxes]
    reader: Reader


class Recogniser:
    """What both recognisers share: how lines are prepared, and how outputs are read."""

    def __init__(self, context: Context) -> None:
        self._shape, space = _read_rules(context.input(PREPROCESS))
        self._task = Recognition(Dictionary.load(context.input(DICTIONARY), space))

    def texts(self, page: np.ndarray, boxes: Boxes, name: str, reader: Reader) -> Iterator[str]:
        """Read the boxes of a page in their order.

        Raises:
            ReaderFailedError: the model died.
            IntegrityError: it is not as wide as the dictionary.
        """
        for number, box in enumerate(reading_order(boxes)):
            output = reader.read(prepare(crop(page, box), self._shape)).probabilities
            if fault := self._task.sanity().fault(output):
                raise ReaderFailedError(fault)
            self._task.check(name, output)
            yield self._task.read(output, number)


def _read_rules(path: Path) -> tuple[list[int], bool]:
    """Return [3, H, W] of the recogniser's input, and whether the space is its last class.

    Raises:
        StageError: the file is not a recognition project's.
    """
    try:
        rules = json.loads(path.read_text(encoding="utf-8"))
        shape, space = rules["input"]["shape"], rules["decode"]["use_space_char"]
        return [int(size) for size in shape][1:], bool(space)
    except (ValueError, KeyError, TypeError) as error:
        raise StageError(
            f"{PREPROCESS} is not the preprocess.json of a recognition project",
            "verify.recognition",
            "name a project of the task recognition, and run it first",
        ) from error


def chain(
    context: Context, columns: Sequence[Series[Boxes]], images: Sequence[str], machine: str
) -> dict[str, Any] | None:
    """Return ``chain`` of ``parity.json``; None if the project names no recogniser.

    Args:
        context: of the stage.
        columns: that were measured, with the boxes of every page.
        images: the pages, relative to the input ``test``.
        machine: as ``platform.machine()`` names it; decides whether the ``.nb`` files can run.

    Raises:
        StageError: the recogniser's ``preprocess.json`` is not one.
        IntegrityError: a recogniser is not as wide as its dictionary.
    """
    if not context.has(ORIGINAL):
        return None
    chained, failure = Chained(), ""
    pages = 0
    try:
        for pages in _read_pages(context, columns, images, machine, chained):
            context.check_stop()
            context.progress(pages, len(images), "pages", "detection and recognition chained")
    except ReaderFailedError as error:
        failure = str(error)
    return {
        "recognition": _name(context),
        "pages": pages,
        "lines": chained.lines,
        "same": chained.same,
        "different": chained.different,
        **({"failure": failure} if failure else {}),
    }


def _read_pages(
    context: Context,
    columns: Sequence[Series[Boxes]],
    images: Sequence[str],
    machine: str,
    chained: Chained,
) -> Iterator[int]:
    """Read page after page with both pairs; give how many are read."""
    living = {column.model.name: column for column in columns if column.alive}
    original = next((living[name] for name in ORIGINAL_COLUMNS if name in living), None)
    converted = living.get("nb-x86") if runnable_target(machine) == "x86" else None
    if original is None or converted is None:
        raise ReaderFailedError("there are no boxes of both the original and the converted model")
    recogniser, threads = Recogniser(context), context.spec.threads
    root = context.input("test")
    with (
        Reader("pd", _original_files(context.input(ORIGINAL)), threads) as first,
        Reader("nb", [str(context.input(CONVERTED))], threads) as second,
    ):
        pairs = {ORIGINAL: Pair(original, first), CONVERTED: Pair(converted, second)}
        for pair in pairs.values():
            pair.reader.wait_ready()
        for number, name in enumerate(images):
            page = read_image(root / name)
            one, other = (
                list(recogniser.texts(page, pair.column.readings[number], who, pair.reader))
                for who, pair in pairs.items()
            )
            chained.add(name, one, other)
            yield number + 1


def _original_files(folder: Path) -> list[str]:
    """Return program and parameters of the model in ``folder``.

    Raises:
        StageError: there is no model.
    """
    for name in _PROGRAMS:
        if (folder / name).is_file():
            return [str(folder / name), str(folder / _PARAMETERS)]
    raise StageError(
        f"{ORIGINAL} holds neither {_PROGRAMS[0]} nor {_PROGRAMS[1]}",
        "verify.recognition",
        "name a project whose [export] model is a PIR model or a PD model",
    )


def _name(context: Context) -> str:
    """Return the name of the recogniser's project, which made the original model's input."""
    made_by = next(item.made_by for item in context.spec.inputs if item.name == ORIGINAL)
    return printable(made_by.removeprefix("project "))
