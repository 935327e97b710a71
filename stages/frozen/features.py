"""What the frozen backbone makes of every image, computed once and kept.

Features are kept by content: the backbone (its program, its weights, the Paddle that runs it) names the
folder, what the backbone reads of an image names the entry. So a second run, another head, another
dictionary or more images cost what is new, and a stage that was stopped goes on where it was.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stages.contract import FeatureCount
from stages.dataset.samples import Sample
from stages.errors import StageError
from stages.frozen.augment import augmented
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
    """The features of a split's images, read from the disk and checked as they are used.

    ``names`` has, for each image, those of itself and of its augmented copies.
    """

    names: Sequence[Sequence[str]]
    samples: Sequence[Sample]
    extractor: Extractor

    def rows(self, numbers: Sequence[int], turn: int = 0) -> np.ndarray:
        """Return float32 [len(numbers), channels, 1, T] of the images with these numbers.

        Copies take turns: at each turn, images themselves and copies of each number are equally many.
        """
        return np.stack([self._row(n, (n + turn) % len(self.names[n])) for n in numbers])

    def _row(self, number: int, copy: int) -> np.ndarray:
        return self.extractor.again(self.names[number][copy], self.samples[number].image, copy)


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

    def features_of(
        self, samples: Sequence[Sample], grown: Callable[[int], None], copies: int = 0
    ) -> Features:
        """Have the features of all samples in the cache.

        Args:
            samples: in the order of the result's rows.
            copies: augmented ones of each image, beside the image itself.
            grown: called with the number of images done, now and then; what it raises ends the
                work, and what was computed stays.

        Raises:
            StageError: the disk is full, or an image cannot be read.
        """
        started = time.monotonic()
        names: list[str] = []
        waiting: list[tuple[str, np.ndarray]] = []
        for image in self._views(samples, copies):
            if len(names) % _NOTED == 0:
                grown(len(names) - len(waiting))
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
        views = 1 + copies
        grouped = [names[first : first + views] for first in range(0, len(names), views)]
        return Features(grouped, samples, self)

    def again(self, name: str, path: Path, copy: int) -> np.ndarray:
        """Return the features of a copy that was seen before; compute them if they were lost."""
        found = self._look(name)
        if found is None:
            self._say_damaged()
            image = augmented(read_image(path), copy)
            found = self._compute([(name, prepare(image, self.backbone.shape))])[0]
        return found

    def _views(self, samples: Sequence[Sample], copies: int) -> Iterator[np.ndarray]:
        """Give what the backbone reads of each image: of itself, then of its copies."""
        for sample in samples:
            image = read_image(sample.image)
            for copy in range(1 + copies):
                yield prepare(augmented(image, copy), self.backbone.shape)

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
