"""How the output of an orientation model is read: a probability for each orientation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stages.contract import Fault
from stages.errors import IntegrityError
from stages.message import msg
from stages.orientation.data import ORIENTATIONS
from stages.orientation.prepare import preparation
from stages.parity.sanity import RowSanity, Sanity, Wrong
from stages.preprocess import Prepare
from stages.runtime import Context


@dataclass
class ClassSanity(RowSanity):
    """Of a model whose output is one distribution over the classes."""

    def fault(self, output: np.ndarray) -> Wrong | None:
        """Look at one output, float [classes]; return what is wrong with it."""
        if output.ndim != 1:
            said = msg(
                "its output has the shape {shape}, not one number a class", list(output.shape)
            )
            return Wrong(Fault.WRONG_SHAPE, said)
        return super().fault(output[np.newaxis])


class Orientation:
    """The task of :func:`stages.parity.measure.measure`: a model's output is [2]."""

    def sanity(self) -> Sanity:
        """Return a new record: the output is one distribution."""
        return ClassSanity()

    def check(self, name: str, output: np.ndarray) -> int:
        """Return the number of classes.

        Raises:
            IntegrityError: it is not that of the orientations.
        """
        if len(output) != len(ORIENTATIONS):
            raise IntegrityError(
                msg(
                    "{name} has {output} classes; orientations are {orientations}",
                    name,
                    len(output),
                    ", ".join(ORIENTATIONS),
                ),
                name,
                msg("give a model that tells upright lines from those that are upside down"),
            )
        return len(output)

    def read(self, output: np.ndarray, number: int) -> tuple[str, float]:
        """Return the orientation that the model says, and its probability."""
        return ORIENTATIONS[int(output.argmax())], float(output.max())

    def compare(self, name: str, output: np.ndarray, reference: np.ndarray) -> None:
        """Look at nothing: the largest difference, which all tasks have, says it."""


def reader(context: Context) -> tuple[Orientation, Prepare]:
    """Return what reads the outputs of the stage's models, and how an image becomes their input."""
    return Orientation(), preparation(context.parameters["image_shape"])
