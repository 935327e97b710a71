"""The second pass: models on some of the images, one at a time, with nothing beside them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from stages.parity.series import Series
from stages.parity.task import Prediction
from stages.runners import Crew, ModelRunner, RunnerFailedError
from stages.testset import spread

if TYPE_CHECKING:
    from stages.parity.measure import Table, Watcher

#: Images that are timed, and what they may weigh together.
_IMAGES, _BYTES = 25, 1 << 26
#: Runs before the clock starts: a cache is cold after other models have run.
WARM_UPS = 3
#: Processes of one model at most: each holds the whole model.
_PROCESSES = 2
#: The kinds of models that are what runs on a device, or what its time is compared with.
_RUNTIMES = ("pd", "nb")


class Sample:
    """Some of the images, spread evenly over the set: the first is always one of them.

    Args:
        images: of the whole set.
        shape: of a prepared image.
    """

    def __init__(self, images: int, shape: Sequence[int]) -> None:
        fitting = max(1, _BYTES // (4 * math.prod(shape)))
        self.numbers = spread(min(_IMAGES, fitting), images)
        self.images: list[np.ndarray] = []

    def see(self, number: int, image: np.ndarray) -> None:
        """Keep the image if it is one of the sample."""
        if number in self.numbers:
            self.images.append(image)


@dataclass(frozen=True)
class Cores:
    """The threads of every model, and how many there are in all."""

    each: int
    all: int

    def processes(self, models: int) -> int:
        """Return how many processes a model gets in the first pass, where there are so many models."""
        return max(1, min(_PROCESSES, -(-self.all // (models * self.each))))


def take_times(
    table: Table[Prediction], crew: Crew, sample: Sample, cores: Cores, watcher: Watcher
) -> None:
    """Let every model that is itself measured read the sample, with its threads and with all threads."""
    timed = [column for column in table.columns if column.alive and not column.model.emulated]
    more = cores.all > cores.each
    alone = [column for column in timed if more and column.model.kind in _RUNTIMES]
    progress = _Progress(len(sample.images) * (1 + len(alone)), watcher)
    _in_turn(table, timed, crew, sample, progress)
    for column in alone:
        _alone(table, column, cores.all, sample, progress)


class _Progress:
    """Counts images up to a total."""

    def __init__(self, total: int, watcher: Watcher) -> None:
        self._done, self._total, self._watcher = 0, total, watcher
        watcher.timed(0, total)

    def advanced(self) -> None:
        """Say that one more is done; raises if the stage is to stop."""
        self._done += 1
        self._watcher.pause()
        self._watcher.timed(self._done, self._total)


def _in_turn(
    table: Table[Prediction],
    columns: Sequence[Series[Prediction]],
    crew: Crew,
    sample: Sample,
    progress: _Progress,
) -> None:
    """Let each image be read by all before the next, so that other work on the machine hits all alike."""
    runners = [crew.runners(column.model.name)[0] for column in columns]
    for column, runner in zip(columns, runners, strict=True):
        column.load_s = runner.load_s
        for image in sample.images[:1] * WARM_UPS:
            table.ask(column, runner, image, 0)
    for turn, (number, image) in enumerate(zip(sample.numbers, sample.images, strict=True)):
        # another one begins each time: none always follows the same
        for place in range(len(columns)):
            at = (place + turn) % len(columns)
            output = table.ask(columns[at], runners[at], image, number)
            if output:
                columns[at].seconds.append(output.seconds)
        progress.advanced()


def _alone(
    table: Table[Prediction],
    column: Series[Prediction],
    threads: int,
    sample: Sample,
    progress: _Progress,
) -> None:
    """Let a model read the sample with all threads, no other in between.

    Not in turn: the threads of OpenMP's pools go on spinning for 0.2 s after a model has run
    (KMP_BLOCKTIME), which would be the next one's time. What is seen of its sums counts for nothing else:
    with another number of threads they are others, and ``evidence.json`` hangs on none.
    """
    seen, column.sanity = column.sanity, replace(column.sanity)
    with ModelRunner(column.model.kind, list(column.model.files), threads) as runner:
        try:
            runner.wait_ready()
        except RunnerFailedError as error:
            table.checked(column, error)
        for image in sample.images[:1] * WARM_UPS:
            table.ask(column, runner, image)
        for image in sample.images:
            output = table.ask(column, runner, image)
            if output:
                column.seconds_all.append(output.seconds)
            progress.advanced()
    column.sanity = seen
