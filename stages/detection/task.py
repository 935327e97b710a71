"""How the output of a detection model is read: a probability of text at each pixel of the input."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stages.contract import Fault
from stages.detection.boxes import Boxes, reading_order
from stages.detection.postprocess import find_boxes
from stages.detection.prepare import Fit, check_shape, fit_page, prepare
from stages.detection.rules import Rules, read_rules
from stages.errors import IntegrityError
from stages.message import msg
from stages.parity.sanity import Sanity, Wrong, three_digits
from stages.preprocess import Prepare
from stages.runtime import Context
from stages.text.documents import read_document

#: How far a probability may be outside of 0..1: a sigmoid's rounding.
TOLERANCE = 1e-3


@dataclass
class MapSanity(Sanity):
    """Of a model whose output is a probability at each pixel."""

    lowest: float = 1.0
    highest: float = 0.0

    def fault(self, output: np.ndarray) -> Wrong | None:
        """Look at one output, float [1, H, W]; return what is wrong with it."""
        if output.ndim != 3 or output.shape[0] != 1 or 0 in output.shape:
            said = msg("its output has the shape {shape}, not one map", list(output.shape))
            return Wrong(Fault.WRONG_SHAPE, said)
        lowest, highest = float(output.min()), float(output.max())
        if not (math.isfinite(lowest) and math.isfinite(highest)):
            return Wrong(Fault.NOT_FINITE, msg("its output is not finite"))
        self.lowest, self.highest = min(self.lowest, lowest), max(self.highest, highest)
        if lowest < -TOLERANCE or highest > 1 + TOLERANCE:
            said = msg(
                "its output goes from {lowest} to {highest}, which are no probabilities",
                f"{lowest:.4g}",
                f"{highest:.4g}",
            )
            return Wrong(Fault.NOT_PROBABILITIES, said)
        return None

    def entry(self) -> dict[str, float]:
        """Return the worst as ``evidence.json`` holds it."""
        seen = {"lowest": three_digits(self.lowest), "highest": three_digits(self.highest)}
        return {**seen, **super().entry()}


@dataclass
class Pixels:
    """Pixels that were compared, and those that are on different sides of the threshold."""

    compared: int = 0
    flipped: int = 0


class Detection:
    """The task of :func:`stages.parity.measure.measure`: a model's output is [1, H, W].

    Args:
        shape: [3, H, W] of the models' input.
        rules: of the models.
    """

    def __init__(self, shape: Sequence[int], rules: Rules) -> None:
        self._shape, self._rules = shape, rules
        self.fits: list[Fit] = []
        self.pixels: dict[str, Pixels] = {}

    def prepare(self, image: np.ndarray) -> np.ndarray:
        """Return the next page as the models' input, and keep how it lies in it."""
        self.fits.append(fit_page((image.shape[0], image.shape[1]), self._shape))
        return prepare(image, self._shape, self._rules)

    def sanity(self) -> Sanity:
        """Return a new record: the output is a map of probabilities."""
        return MapSanity()

    def check(self, name: str, output: np.ndarray) -> int:
        """Return 0, as there are no classes.

        Raises:
            IntegrityError: the map is not as large as the input.
        """
        if list(output.shape[1:]) != list(self._shape[1:]):
            raise IntegrityError(
                msg(
                    "{name} gives a map of {shape} for an input of {shape2}; postprocessing expects them "
                    "to be as large",
                    name,
                    list(output.shape[1:]),
                    list(self._shape[1:]),
                ),
                name,
                msg("give a DB model that is exported for inference, as PaddleOCR does it"),
            )
        return 0

    def read(self, output: np.ndarray, number: int) -> tuple[Boxes, None]:
        """Return the boxes of the page with this number, in reading order."""
        return reading_order(find_boxes(output[0], self._rules, self.fits[number])), None

    def compare(self, name: str, output: np.ndarray, reference: np.ndarray) -> None:
        """Count the pixels that are on different sides of the threshold."""
        text = reference > self._rules.threshold
        pixels = self.pixels.setdefault(name, Pixels())
        pixels.compared += text.size
        pixels.flipped += int((text != (output > self._rules.threshold)).sum())


def reader(context: Context) -> tuple[Detection, Prepare]:
    """Return what reads the outputs of the stage's models, and how an image becomes their input."""
    task = Detection(check_shape(context.parameters["image_shape"]), rules_of(context))
    return task, task.prepare


def rules_of(context: Context) -> Rules:
    """Return the rules that the model's own description names, else PaddleOCR's defaults."""
    given = context.has("description")
    return read_rules(read_document(context.input("description")) if given else None)
