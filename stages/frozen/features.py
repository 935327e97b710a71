"""What the frozen backbone makes of every image, computed once and kept.

Features are kept by content: the backbone (its program, its weights, the Paddle that runs it) names the
folder, what the backbone reads of an image names the entry. So a second run, another head, another
dictionary or more images cost what is new, and a stage that was stopped goes on where it was. Trainings that
run at once take images in an order of chance each, so that one finds what another has just computed.
"""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stages.contract import FeatureCount
from stages.dataset.samples import Sample
from stages.errors import StageError
from stages.frozen.augment import augmented
from stages.frozen.backbone import Backbone
from stages.kept import Cache, Damaged
from stages.message import msg
from stages.preprocess import prepare, read_image
from stages.runners import Crew, ModelRunner, RunnerFailedError

#: Images between two notes of how far it is.
_NOTED = 64
#: Images for which another process is worth its start.
_WORTH_A_PROCESS = 16
#: Processes at most, whatever the CPUs: each has 0.4 GB of its own, and a stage 8 GB by default.
_MOST_PROCESSES = 8
#: Images that a process may have before it: few, as another training may compute them meanwhile.
_AHEAD = 8


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
class _View:
    """An image as the backbone may see it: itself, or an augmented copy with a number from 1."""

    path: Path
    copy: int

    def prepared(self, shape: Sequence[int]) -> np.ndarray:
        """Return what the backbone reads, float32 [3, H, W]."""
        return prepare(augmented(read_image(self.path), self.copy), shape)


def _views(samples: Sequence[Sample], copies: int) -> Iterator[_View]:
    """Give the views of each sample: its image, then its copies."""
    for sample in samples:
        for copy in range(1 + copies):
            yield _View(sample.image, copy)


def _in_any_order(names: Iterable[str]) -> list[str]:
    """Return the names in another order each time: it decides no number."""
    every = list(names)
    return [every[place] for place in np.random.default_rng().permutation(len(every))]


def _nothing(*_: int) -> None:
    """Take note of nothing."""


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
        processes: int = 1,
    ) -> None:
        """Keep features in a folder of ``folder``.

        Args:
            backbone: computes them.
            folder: of the features of all backbones.
            warn: told what was wrong, and where.
            guarding: surrounds every reading of the cache, for its time to be counted.
            processes: that compute at once, a thread each.
        """
        self.backbone, self.tally = backbone, Tally()
        self._warn, self._guarding, self._processes = warn, guarding, processes
        self._cache = Cache(folder / backbone.fingerprint)
        self._damaged: set[str] = set()

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
        missing: dict[str, _View] = {}
        for view in _views(samples, copies):
            if len(names) % _NOTED == 0:
                grown(len(names) - len(missing))
            names.append(hashlib.sha256(view.prepared(self.backbone.shape)).hexdigest())
            if names[-1] not in missing and self._look(names[-1]) is None:
                missing[names[-1]] = view
        there = len(names) - len(missing)
        self.tally.cached += there
        self._compute(missing, lambda done: grown(there + done))
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
            image = _View(path, copy).prepared(self.backbone.shape)
            found = self.backbone.features(image[np.newaxis])[0]
            self._keep(name, found)
        return found

    def _look(self, name: str) -> np.ndarray | None:
        try:
            with self._guarding():
                return self._cache.get(name, self.backbone.feature_shape)
        except Damaged:
            self._damaged.add(name)
            return None

    def _compute(self, missing: Mapping[str, _View], grown: Callable[[int], None]) -> None:
        """Compute the features of images, and keep them by name; ``grown`` is told how many are there."""
        asked = deque[str]()
        found = 0

        def images() -> Iterator[np.ndarray]:
            nonlocal found
            for name in _in_any_order(missing):
                if self._look(name) is not None:  # another training was quicker
                    found += 1
                    continue
                asked.append(name)
                yield missing[name].prepared(self.backbone.shape)

        worth = -(-len(missing) // _WORTH_A_PROCESS)
        processes = min(self._processes, worth, _MOST_PROCESSES)
        for computed, row in enumerate(self._rows(images(), processes), 1):
            self._keep(asked.popleft(), row)
            self.tally.computed += 1
            if computed % _NOTED == 0:
                grown(found + computed)
        self.tally.cached += found

    def _rows(self, images: Iterator[np.ndarray], processes: int) -> Iterator[np.ndarray]:
        """Give what so many processes make of each image, in order.

        Raises:
            StageError: they cannot.
        """
        files = [str(path) for path in self.backbone.files]
        with Crew(processes, _nothing, _nothing, _AHEAD * processes) as crew:
            crew.add("backbone", [ModelRunner("pd", files) for _ in range(processes)])
            for _, answers in crew.read(images):
                answer = answers["backbone"]
                if isinstance(answer, RunnerFailedError):
                    raise StageError(
                        msg("the backbone cannot be run: {error}", answer),
                        "train",
                        msg("see the stage's log"),
                    ) from answer
                yield answer.probabilities

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
                    len(self._damaged),
                ),
                str(self._cache.folder),
            )
            self._damaged.clear()
