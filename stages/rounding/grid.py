"""The grid on which ``opt --quant_model`` rounds weights, and what a loader makes of the integers.

A channel's scale is its largest weight over 127 (8 bits) or 32,767 (16 bits), a weight becomes the integer
nearest to its share of the scale, halves away from zero; all of it in float32
(lite/core/optimizer/mir/post_quant_dynamic_pass.cc). The loader multiplies
(``LightPredictor::DequantizeWeight``, lite/api/light_api.cc).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stages.contract.variant import Weights

#: Bits of a weight, by kind.
BITS = {Weights.INT8: 8, Weights.INT16: 16}
#: How far a channel's weights may be moved in the mean, in steps of its scale, to make up for each other's
#: errors: rounding to the nearest number moves them by 0.3, and 0.7 is the most that was seen.
FARTHEST = 2.0


@dataclass(frozen=True)
class Grid:
    """Of a layer's weights [channels, inputs]: a scale a channel, float32, and the largest integer."""

    scales: np.ndarray
    limit: int

    @classmethod
    def of(cls, weights: np.ndarray, bits: int) -> Grid:
        """Return the grid of the largest weights, float32 [channels, inputs].

        What it makes of a channel's largest weight has the same scale again, though it may be another number
        in its last bit: so it is for every float32 (tests/stages/test_rounding.py tries them all).
        """
        limit = 2 ** (bits - 1) - 1
        return cls(np.abs(weights).max(1).astype(np.float32) / np.float32(limit), limit)

    def whole(self, weights: np.ndarray) -> np.ndarray:
        """Return the nearest integers, int32 [channels, inputs], of weights in float32."""
        return nearest(weights / self._divisors().astype(np.float32), self.limit)

    def values(self, whole: np.ndarray) -> np.ndarray:
        """Return what the loader makes of integers, float32."""
        made: np.ndarray = whole.astype(np.float32) * self.scales[:, None]
        return made

    def moved(self, weights: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Return how far each channel's weights were moved, in steps: the root of their mean square."""
        far: np.ndarray = np.sqrt(
            np.square(self.steps(values - weights.astype(np.float64))).mean(1)
        )
        return far

    def rows(self, rows: slice) -> Grid:
        """Return the grid of some of the channels."""
        return Grid(self.scales[rows], self.limit)

    def _divisors(self) -> np.ndarray:
        """Return the scales as a column, with 1 for a channel of zeros."""
        return np.where(self.scales > 0, self.scales, 1)[:, None]

    def steps(self, weights: np.ndarray) -> np.ndarray:
        """Return weights in float64 as multiples of their scale."""
        return weights / self._divisors().astype(np.float64)


def nearest(steps: np.ndarray, limit: int) -> np.ndarray:
    """Return the integers nearest to ``steps``, halves away from zero, within the limit; int32."""
    exact = steps.astype(np.float64)
    rounded = np.copysign(np.floor(np.abs(exact) + 0.5), exact)
    return np.clip(rounded, -limit, limit).astype(np.int32)
