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
#: in float32 18,385 classes sum to one within 3e-6 (measured), half precision rounds each by up to 5e-4.
ROW_SUM_TOLERANCE = 1e-3
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
    """The worst that was seen of one model; what an output must be is the task's to say."""

    repeat_difference: float = 0.0

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
        if abs(worst - 1) > ROW_SUM_TOLERANCE:
            said = msg("the probabilities of a step sum to {worst}, not to 1", f"{worst:.4g}")
            return Wrong(Fault.NOT_PROBABILITIES, said)
        return None

    def entry(self) -> dict[str, float]:
        """Return the worst as ``evidence.json`` holds it."""
        return {"row_sum_error": three_digits(self.row_sum_error), **super().entry()}


def monotone(predictions: Sequence[Hashable], others: Sequence[Sequence[Hashable]]) -> bool:
    """Return whether a model reads one thing in all images where another one reads several."""
    return len(set(predictions)) == 1 and any(len(set(other)) >= VARIED for other in others)


def three_digits(value: float) -> float:
    """Round to the digits that a measurement of this kind has."""
    return float(f"{value:.3g}")
