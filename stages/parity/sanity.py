"""What any model's output must be before it is worth decoding, and the same again.

A file that Paddle-Lite cannot really run (weights quantised where its loader does not de-quantise them, a
file for another processor) answers with NaN, with zeros or with what lies in memory, and exit code 0.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from stages.contract import Fault
from stages.message import msg

if TYPE_CHECKING:
    import numpy as np

#: How far the sum of a step's probabilities may be from one. PP-OCR's recognition models end in a softmax;
#: in float32 18,385 classes sum to one within 3e-6 (measured). Of kernels of half precision:
#: :func:`half_row_sum_tolerance`.
ROW_SUM_TOLERANCE = 1e-3
#: Half precision's unit roundoff: the most that rounding to its 11 bits changes a number, relatively; and
#: half of the smallest number that it knows.
_ROUNDOFF, _UNDERFLOW = 2.0**-11, 2.0**-25
#: Lanes that ARM's softmax adds up side by side; the roundings of an addend after its lane: three to add the
#: lanes up, three in 1 / sum, one in the product.
_LANES, _MORE = 8, 7
#: Of n roundings in a row, more than this times √n in one direction has a chance of 1 in 100,000.
_UNLIKELY = 5.0
#: How far two runs of one image may be apart: nothing was measured with one thread or two; with more a
#: float32 sum may be added up in another order.
REPEAT_TOLERANCE = 1e-5
#: So many different predictions of another model show that the images are not all alike.
VARIED = 3


class Wrong(NamedTuple):
    """What is wrong with a model, for a decision and for people."""

    fault: Fault
    detail: str


@dataclass
class Sanity(ABC):
    """The worst that was seen of one model; what an output must be is the task's to say.

    ``half`` says that the file's kernels compute in half precision.
    """

    repeat_difference: float = 0.0
    half: bool = False

    @abstractmethod
    def fault(self, output: np.ndarray) -> Wrong | None:
        """Look at one output, as a runner gives it; return what is wrong with it."""

    def repeat_fault(self, one: np.ndarray, other: np.ndarray) -> Wrong | None:
        """Compare two outputs for one image; return what is wrong with the second."""
        if one.shape != other.shape:
            return Wrong(
                Fault.NOT_REPEATABLE,
                msg(
                    "the same image gives an output of {shape} once and of {shape2} again",
                    list(one.shape),
                    list(other.shape),
                ),
            )
        self.repeat_difference = max(self.repeat_difference, float(abs(one - other).max()))
        if self.repeat_difference > REPEAT_TOLERANCE:
            said = msg(
                "the same image run again differs by {repeat_difference}",
                f"{self.repeat_difference:.2g}",
            )
            return Wrong(Fault.NOT_REPEATABLE, said)
        return None

    def entry(self) -> dict[str, float]:
        """Return the worst as ``evidence.json`` holds it."""
        return {"repeat_difference": three_digits(self.repeat_difference)}


@dataclass
class RowSanity(Sanity):
    """Of a model whose output is one distribution over the classes a step."""

    row_sum_error: float = 0.0

    def fault(self, probabilities: np.ndarray) -> Wrong | None:
        """Look at one output, float [T, classes]; return what is wrong with it."""
        if probabilities.ndim != 2 or 0 in probabilities.shape:
            said = msg(
                "its output has the shape {shape}, not steps by classes", list(probabilities.shape)
            )
            return Wrong(Fault.WRONG_SHAPE, said)
        sums = probabilities.sum(axis=1)  # one NaN or infinity makes its row's sum another
        worst = float(sums[abs(sums - 1).argmax()])
        if not math.isfinite(worst):
            return Wrong(Fault.NOT_FINITE, msg("its output is not finite"))
        self.row_sum_error = max(self.row_sum_error, abs(worst - 1))
        classes = probabilities.shape[1]
        allowed = half_row_sum_tolerance(classes) if self.half else ROW_SUM_TOLERANCE
        if abs(worst - 1) > allowed:
            said = msg("the probabilities of a step sum to {worst}, not to 1", f"{worst:.4g}")
            return Wrong(Fault.NOT_PROBABILITIES, said)
        return None

    def entry(self) -> dict[str, float]:
        """Return the worst as ``evidence.json`` holds it."""
        return {"row_sum_error": three_digits(self.row_sum_error), **super().entry()}


def half_row_sum_tolerance(classes: int) -> float:
    """Return how far a softmax in half precision may be from one in sum (docs/emulation.md derives it).

    The bound for certain grows with the roundings in a row, n; where they are many, the probable one is
    lower, which grows with √n (N. J. Higham, T. Mary, "A New Approach to Probabilistic Rounding Error
    Analysis", SIAM J. Sci. Comput. 41, 2019).
    """
    roundings = -(-classes // _LANES) - 1 + _MORE
    in_a_row = min(roundings, _UNLIKELY * math.sqrt(roundings))
    return in_a_row * _ROUNDOFF + classes * _UNDERFLOW


def monotone(predictions: Sequence[Hashable], others: Sequence[Sequence[Hashable]]) -> bool:
    """Return whether a model reads one thing in all images where another one reads several."""
    return len(set(predictions)) == 1 and any(len(set(other)) >= VARIED for other in others)


def three_digits(value: float) -> float:
    """Round to the digits that a measurement of this kind has."""
    return float(f"{value:.3g}")
