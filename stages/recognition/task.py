"""How the output of a recognition model is read, and held against the dictionary."""

from __future__ import annotations

import numpy as np

from stages.dataset.dictionary import given_dictionary
from stages.errors import IntegrityError
from stages.message import msg
from stages.parity.sanity import RowSanity, Sanity
from stages.pitfalls import Pitfall
from stages.preprocess import Prepare
from stages.recognition.prepare import preparation
from stages.runtime import Context
from stages.text.decode import greedy
from stages.text.dictionary import Dictionary


class Recognition:
    """The task of :func:`stages.parity.measure.measure`: a model's output is [T, classes]."""

    def __init__(self, dictionary: Dictionary) -> None:
        self._dictionary = dictionary

    def sanity(self) -> Sanity:
        """Return a new record: the output is one distribution a step."""
        return RowSanity()

    def check(self, name: str, output: np.ndarray) -> int:
        """Return the number of classes.

        Raises:
            IntegrityError: it is not the dictionary's.
        """
        width = int(output.shape[1])
        if width != self._dictionary.classes:
            raise IntegrityError(
                msg(
                    "{name} has {width} classes, the dictionary makes {classes} (its characters and the "
                    "blank)",
                    name,
                    width,
                    self._dictionary.classes,
                ),
                name,
                msg(
                    "use the dictionary that the model was trained with; a difference of 1 is most often "
                    "use_space_char"
                ),
                Pitfall.DICTIONARY_CLASSES,
            )
        return width

    def read(self, output: np.ndarray, number: int) -> tuple[str, float]:
        """Return the text that the model reads, and its confidence."""
        return greedy(output, self._dictionary)

    def compare(self, name: str, output: np.ndarray, reference: np.ndarray) -> None:
        """Look at nothing: the largest difference, which all tasks have, says it."""


def reader(context: Context) -> tuple[Recognition, Prepare]:
    """Return what reads the outputs of the stage's models, and how an image becomes their input."""
    return Recognition(given_dictionary(context)), preparation(context.parameters["image_shape"])
