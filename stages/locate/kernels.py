"""What Paddle-Lite's kernels compute of a file, held against what Paddle computes of what the file holds."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from stages.emulation.program import Written
from stages.lite.naive_buffer import Operator
from stages.locate.bisect import first_wrong
from stages.locate.divergence import TOLERANCE, Divergence
from stages.locate.model import Model

#: Rounding adds up on the way through other kernels. An operator that is off but right by itself is no find:
#: the first that is off by more than that is looked for next.
_TOLERANCES = (TOLERANCE, 10 * TOLERANCE, 100 * TOLERANCE)


Lite = Callable[[Operator, str], np.ndarray | None]


class Kernels:
    """The operators of a file, run by both.

    Args:
        file: read back, and run by Paddle.
        written: its operators, one a step.
        lite: returns what Paddle-Lite's operator makes of a variable of the file; None if it dies.
    """

    def __init__(self, file: Model, written: Sequence[Written], lite: Lite) -> None:
        self._file, self._written, self._lite = file, written, lite
        self._producers = {
            name: number for number, item in enumerate(written) for name in item.makes
        }

    def parted(self) -> Divergence | None:
        """Return the first operator whose kernel computes something else; None where none does by itself."""
        last = self._producers[self._file.result]
        for tolerance in _TOLERANCES:
            if not self._is_off(tolerance, last):
                return None
            number = first_wrong(self._file.steps, last, partial(self._is_off, tolerance))
            by_itself = self._alone(number)
            if not by_itself <= TOLERANCE:
                return Divergence(number, self._difference(number), by_itself)
        return None

    def _is_off(self, tolerance: float, number: int) -> bool:
        return self._difference(number) > tolerance

    def _difference(self, number: int) -> float:
        """Return how far Paddle-Lite's result of a step is from Paddle's; 0 of one that makes no float32."""
        name = self._result(number)
        return _distance(self._file.values[name], self._made(name)) if name else 0.0

    def _alone(self, number: int) -> float:
        """Return how far it is from what Paddle makes of Paddle-Lite's own inputs of the step."""
        name, given = self._result(number), {}
        for read in self._file.steps[number].reads:
            if read in self._producers and read in self._file.values:
                made = self._made(read)
                if made is None or made.size != self._file.values[read].size:
                    return math.inf
                given[read] = made.reshape(self._file.values[read].shape)
        return _distance(self._file.alone(number, name, given), self._made(name))

    def _result(self, number: int) -> str:
        """Return the float32 variable that a step makes, "" if it makes none."""
        makes = self._file.steps[number].makes
        return next((name for name in makes if name in self._file.values), "")

    def _made(self, name: str) -> np.ndarray | None:
        """Return what Paddle-Lite makes of a variable; None if it dies on the way."""
        item = self._written[self._producers[name]]
        return self._lite(item.operator, item.makes[name])


def _distance(expected: np.ndarray, found: np.ndarray | None) -> float:
    """Return the largest difference as a share of the largest expected number; infinite if there is none."""
    if found is None or found.size != expected.size:
        return math.inf
    scale = max(float(np.abs(expected).max()), float(np.finfo(np.float32).tiny))
    share = float(np.abs(found.reshape(-1) - expected.reshape(-1)).max()) / scale
    return math.inf if math.isnan(share) else share
