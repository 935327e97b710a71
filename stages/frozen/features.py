"""What the frozen backbone makes of every image, computed once and kept.

Features are kept by content: the backbone (its program, its weights, the Paddle that runs it) names the
folder, what the backbone reads of an image names the entry. So a second run, another head, another
dictionary or more images cost what is new, and a stage that was stopped goes on where it was.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stages.contract import FeatureCount
from stages.dataset.samples import Sample
from stages.errors import StageError
from stages.frozen.backbone import BATCH, Backbone
from stages.frozen.cache import Cache, Damaged
from stages.message import msg
from stages.preprocess import prepare, read_image

#: Images between two notes of how far it is.
_NOTED = 64


@dataclass
class Tally:
    """How many images' features were computed and how many were there; ``seconds`` for all."""

    computed: int = 0
    cached: int = 0
    seconds: float = 0.0

    def metrics(self) -> FeatureCount:
        """Return the stage's metric ``features``."""
        images = self.computed + self.cached
        speed = round(images / self.seconds, 2) if self.seconds else 0.0
        return FeatureCount(images, self.computed, self.cached, speed)


@dataclass(frozen=True)
class Features:
    """The features of a split's images, read from the disk and checked as they are used."""

    names: Sequence[str]
    samples: Sequence[Sample]
    extractor: Extractor

    def rows(self, numbers: Sequence[int]) -> np.ndarray:
        """Return float32 [len(numbers), channels, 1, T] of the images with these numbers."""
        return np.stack(
            [self.extractor.again(self.names[n], self.samples[n].image) for n in numbers]
        )


class Extractor:
    """Finds the features of images in the cache, or computes them and puts them there."""

    def __init__(
        self,
        backbone: Backbone,
        folder: Path,
        warn: Callable[[str, str], None],
        guarding: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Keep features in a folder of ``folder``.

        Args:
            backbone: computes them.
            folder: of the features of all backbones.
            warn: told what was wrong, and where.
            guarding: surrounds every reading of the cache, for its time to be counted.
        """
        self.backbone, self.tally = backbone, Tally()
        self._warn, self._guarding = warn, guarding
        self._cache = Cache(folder / backbone.fingerprint)
        self._damaged = 0

    def features_of(self, samples: Sequence[Sample], grown: Callable[[int], None]) -> Features:
        """Have the features of all samples in the cache.

        Args:
            samples: in the order of the result's rows.
            grown: called with the number of images done, now and then; what it raises ends the
                work, and what was computed stays.

        Raises:
            StageError: the disk is full, or an image cannot be read.
        """
        started = time.monotonic()
        names: list[str] = []
        waiting: list[tuple[str, np.ndarray]] = []
        for sample in samples:
            if len(names) % _NOTED == 0:
                grown(len(names) - len(waiting))
            image = self._prepared(sample.image)
            names.append(hashlib.sha256(image).hexdigest())
            if self._look(names[-1]) is not None:
                self.tally.cached += 1
                continue
            waiting.append((names[-1], image))
            if len(waiting) == BATCH:
                self._compute(waiting)
                waiting = []
        self._compute(waiting)
        grown(len(names))
        self.tally.seconds += time.monotonic() - started
        self._say_damaged()
        return Features(names, samples, self)

    def again(self, name: str, image: Path) -> np.ndarray:
        """Return the features of an image that was seen before; compute them if they were lost."""
        found = self._look(name)
        if found is None:
            self._say_damaged()
            found = self._compute([(name, self._prepared(image))])[0]
        return found

    def _prepared(self, path: Path) -> np.ndarray:
        return prepare(read_image(path), self.backbone.shape)

    def _look(self, name: str) -> np.ndarray | None:
        try:
            with self._guarding():
                return self._cache.get(name, self.backbone.feature_shape)
        except Damaged:
            self._damaged += 1
            return None

    def _compute(self, waiting: Sequence[tuple[str, np.ndarray]]) -> np.ndarray:
        """Compute the features of at most a batch of images, and keep them by name."""
        if not waiting:
            return np.empty((0, *self.backbone.feature_shape), np.float32)
        rows = self.backbone.features(np.stack([image for _, image in waiting]))
        self.tally.computed += len(rows)
        for (name, _), row in zip(waiting, rows, strict=True):
            self._keep(name, row)
        return rows

    def _keep(self, name: str, row: np.ndarray) -> None:
        try:
            self._cache.put(name, row)
        except OSError as error:
            raise StageError(
                msg("the features of an image cannot be kept: {strerror}", error.strerror),
                str(self._cache.folder),
                msg(
                    "free space on the engine's disk, or remove what earlier runs left with paddock "
                    "clean --volumes; what was computed so far is kept"
                ),
            ) from error

    def _say_damaged(self) -> None:
        if self._damaged:
            self._warn(
                msg(
                    "{damaged} entries of the feature cache were damaged and are computed again",
                    self._damaged,
                ),
                str(self._cache.folder),
            )
            self._damaged = 0
