"""Proof that PaddleOCR's network computes, with an inference model's weights in it, what the model does.

Names and shapes can fit and the network be another one all the same (an activation, a stride). So the
model itself reads a few training images in Paddle Inference, and what it says of the characters that
the project keeps is held against the network.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import paddle

from stages.errors import IntegrityError, StageError
from stages.message import msg
from stages.pitfalls import Pitfall
from stages.ppocr.reader import evaluate
from stages.preprocess import prepare, read_image
from stages.published.model import model_files
from stages.published.official import OfficialModel
from stages.runners import ModelRunner, RunnerFailedError
from stages.runtime import Context
from stages.text.dictionary import BLANK, Dictionary
from stages.text.labels import read_labels
from stages.text.matching import same_classes

#: The largest difference of a probability that float32 sums in another order explain; seen are 4e-4.
TOLERANCE = 2e-3
#: Training images that both read, spread evenly over the set.
IMAGES = 2
#: Steps in which the model gives less than this to all characters that are kept say nothing of them.
_LEAST = 0.05


class ImportProof:
    """The model that training starts from, loading in a process of its own. Use it as a context manager."""

    def __init__(self, context: Context, folder: Path) -> None:
        """Start loading the model in ``folder``, of either format."""
        self._context, self._ready = context, False
        files = [str(path) for path in model_files(folder)]
        self._reader = ModelRunner("pd", files)  # with one thread: what it finds is recorded

    def __enter__(self) -> ImportProof:
        return self

    def __exit__(self, *_error: object) -> None:
        self._reader.close()

    def check(
        self, network: paddle.nn.Layer, model: OfficialModel, dictionary: Dictionary
    ) -> float:
        """Return the largest difference of a probability between the model and the network.

        Args:
            network: PaddleOCR's, in evaluation mode, with the model's weights and the dictionary's
                classes.
            model: says which character each class of the model is.
            dictionary: the project's.

        Raises:
            IntegrityError: it is larger than :data:`TOLERANCE`.
            StageError: the model cannot be run.
        """
        theirs, ours = shared_classes(model.characters, dictionary.characters)
        worst = 0.0
        with self._context.guarding():
            for image in self._images():
                expected, found = self._read(image), evaluate(network, image[np.newaxis])[0]
                worst = max(worst, difference(expected[:, theirs], found[:, ours]))
        if not worst <= TOLERANCE:
            raise IntegrityError(
                msg(
                    "with the model's weights in it, PaddleOCR's network gives other probabilities: they "
                    "differ by {worst}, allowed is {tolerance}",
                    f"{worst:.2g}",
                    f"{TOLERANCE:g}",
                ),
                "model.pretrained",
                msg("name the architecture that the model was exported from"),
                Pitfall.SHAPE_MISMATCH,
            )
        return worst

    def _images(self) -> list[np.ndarray]:
        labels = read_labels(self._context.input("train_labels"))
        root, shape = self._context.input("train"), self._context.parameters["image_shape"]
        step = max(1, len(labels) // IMAGES)
        return [prepare(read_image(root / label.image), shape) for label in labels[::step][:IMAGES]]

    def _read(self, image: np.ndarray) -> np.ndarray:
        try:
            if not self._ready:
                self._reader.wait_ready()
                self._ready = True
            return self._reader.read(image).probabilities
        except RunnerFailedError as error:
            raise StageError(
                msg("the model that training starts from cannot be run: {error}", error),
                "model.pretrained",
                msg("see the stage's log"),
            ) from error


def shared_classes(theirs: Sequence[str], ours: Sequence[str]) -> tuple[list[int], list[int]]:
    """Return the classes of the characters that both dictionaries have, and of the blank.

    The two lists are of the same length: class by class the same character.
    """
    matched = enumerate(same_classes(ours, theirs), 1)
    pairs = [(BLANK, BLANK)]
    pairs += [(other, number) for number, other in matched if other is not None]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def difference(expected: np.ndarray, found: np.ndarray) -> float:
    """Return the largest difference of two sets of probabilities [T, n] after each is made to sum to one.

    A classifier with other classes beside these gives these less in all, but in the same proportion.
    """
    if expected.shape != found.shape:
        return float("inf")
    sums = expected.sum(axis=1), found.sum(axis=1)
    told = ~(sums[0] < _LEAST) & ~(sums[1] < _LEAST)  # a NaN tells something too
    if not told.any():
        return 0.0
    rows = expected[told] / sums[0][told, None], found[told] / sums[1][told, None]
    largest = float(np.abs(rows[0] - rows[1]).max())
    return float("inf") if np.isnan(largest) else largest
