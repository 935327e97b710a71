"""Greedy CTC decoding, as PaddleOCR's ``CTCLabelDecode`` does it.

The one decoder of this project: every model that is compared is read with it. ``CTCLabelDecode``
also turns Arabic predictions around if the dictionary's *file name* says "arabic"; a name decides
nothing here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from stages.message import msg
from stages.text.dictionary import BLANK, Dictionary

if TYPE_CHECKING:
    import numpy


class Prediction(NamedTuple):
    """What a model reads in an image; ``confidence`` is the mean probability of its characters."""

    text: str
    confidence: float


def greedy(probabilities: numpy.ndarray, dictionary: Dictionary) -> Prediction:
    """Decode a model's output.

    Args:
        probabilities: float [T, classes], one distribution a time step.
        dictionary: of the model.

    Raises:
        ValueError: the output is not as wide as the dictionary has classes.
    """
    width = probabilities.shape[1]
    if width != dictionary.classes:
        raise ValueError(
            msg(
                "the output has {width} classes, the dictionary {classes}",
                width,
                dictionary.classes,
            )
        )
    best = probabilities.argmax(axis=1).tolist()
    return collapse(best, probabilities.max(axis=1).tolist(), dictionary)


def collapse(best: Sequence[int], maxima: Sequence[float], dictionary: Dictionary) -> Prediction:
    """Take the best class of each step, once where it repeats, and without the blanks."""
    before = [BLANK, *best]
    kept = [
        (number, maxima[step])
        for step, number in enumerate(best)
        if number not in (before[step], BLANK)
    ]
    text = "".join(dictionary.characters[number - 1] for number, _ in kept)
    confidence = sum(probability for _, probability in kept) / len(kept) if kept else 0.0
    return Prediction(text, confidence)
