"""The test images on their way through the models, and what happens beside that."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager

import numpy as np

from stages.message import msg
from stages.preprocess import Prepare, read_image
from stages.runtime import Context


class Images:
    """The test images, prepared one after the other, with the hash of each; it says how far they are."""

    def __init__(self, context: Context, names: Sequence[str], prepare: Prepare) -> None:
        self._context, self._names, self._prepare = context, names, prepare
        self._read = 0
        self.hashes: list[str] = []

    def prepared(self) -> Iterator[np.ndarray]:
        """Give each image as float32 [3, H, W]."""
        root = self._context.input("test")
        for name in self._names:
            image = self._prepare(read_image(root / name))
            self.hashes.append(hashlib.sha256(image.astype("<f4").tobytes()).hexdigest())
            yield image

    def pause(self) -> None:
        """Raise if the stage is to stop."""
        self._context.check_stop()

    def loaded(self, models: int, total: int) -> None:
        """Say how many models are loaded."""
        self._context.progress(models, total, "models", msg("loading the models"))

    def advanced(self) -> None:
        """Say that one more image has been read by all models."""
        self._read += 1
        note = msg("reading the test images")
        self._context.progress(self._read, len(self._names), "images", note)

    def timed(self, images: int, total: int) -> None:
        """Say how many images of the sample have been read with the clock running."""
        self._context.progress(images, total, "images", msg("timing the models"))

    def guarding(self) -> AbstractContextManager[None]:
        """Count what is done in this context as spent on guards."""
        return self._context.guarding()
