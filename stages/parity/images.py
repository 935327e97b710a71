"""The test images on their way through the models, and what happens beside that."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager

import numpy as np

from stages.message import msg
from stages.parity.canary import Stock
from stages.preprocess import Prepare, read_image
from stages.runtime import Context


class Images:
    """The test images, prepared one after the other, with the hash of each.

    It watches the measuring too: the starting model reads its images when all others have read theirs.
    """

    def __init__(
        self, context: Context, names: Sequence[str], prepare: Prepare, stock: Stock | None = None
    ) -> None:
        self._context, self._names, self._prepare, self._stock = context, names, prepare, stock
        self._image = np.empty(0, np.float32)
        self.hashes: list[str] = []

    def prepared(self) -> Iterator[np.ndarray]:
        """Give each image as float32 [3, H, W]."""
        root = self._context.input("test")
        for name in self._names:
            self._image = self._prepare(read_image(root / name))
            self.hashes.append(hashlib.sha256(self._image.astype("<f4").tobytes()).hexdigest())
            yield self._image

    def loaded(self, models: int, total: int) -> None:
        """Say how many models are loaded."""
        self._context.progress(models, total, "models", msg("loading the models"))

    def warmed(self) -> None:
        """Wait for the starting model, so that its loading disturbs no measurement."""
        if self._stock:
            with self.guarding():
                self._stock.wait_ready()
        self._say_read(0)

    def advanced(self) -> None:
        """Say that one more image has been read by all models."""
        if self._stock:
            with self.guarding():
                self._stock.look_at(len(self.hashes) - 1, self._image)
        self._context.check_stop()
        self._say_read(len(self.hashes))

    def _say_read(self, images: int) -> None:
        note = msg("reading and timing the test images")
        self._context.progress(images, len(self._names), "images", note)

    def guarding(self) -> AbstractContextManager[None]:
        """Count what is done in this context as spent on guards."""
        return self._context.guarding()
