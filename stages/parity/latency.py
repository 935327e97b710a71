"""The second pass: models in turn on some of the images, one at a time, with nothing beside them.

In turn, so that whatever else the machine does hits all of them alike.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from stages.parity.task import Prediction
from stages.testset import spread

if TYPE_CHECKING:
    from stages.parity.measure import Table, Watcher
    from stages.runners import Crew

#: Images that are timed, and what they may weigh together.
_IMAGES, _BYTES = 25, 1 << 26
#: Runs before the clock starts: a cache is cold after other models have run.
WARM_UPS = 3


class Sample:
    """Some of the images, spread evenly over the set: the first is always one of them.

    Args:
        images: of the whole set.
        shape: of a prepared image.
    """

    def __init__(self, images: int, shape: Sequence[int]) -> None:
        fitting = max(1, _BYTES // (4 * math.prod(shape)))
        self._numbers = frozenset(spread(min(_IMAGES, fitting), images))
        self.images: list[np.ndarray] = []

    def see(self, number: int, image: np.ndarray) -> None:
        """Keep the image if it is one of the sample."""
        if number in self._numbers:
            self.images.append(image)


def time_in_turn(table: Table[Prediction], crew: Crew, sample: Sample, watcher: Watcher) -> None:
    """Let every measured model read the sample, each image by all before the next."""
    timed = [
        (column, crew.runners(column.model.name)[0])
        for column in table.columns
        if column.alive and not column.model.emulated
    ]
    total = len(sample.images)
    watcher.timed(0, total)
    for column, runner in timed:
        for image in sample.images[:1] * WARM_UPS:
            table.ask(column, runner, image, is_first=True)
    for number, image in enumerate(sample.images):
        for place in range(
            len(timed)
        ):  # each is the first in its turn, so that none always follows another
            column, runner = timed[(place + number) % len(timed)]
            output = table.ask(column, runner, image, is_first=number == 0)
            if output:
                column.seconds.append(output.seconds)
        watcher.pause()
        watcher.timed(number + 1, total)
