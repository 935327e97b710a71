"""When two tensors are the same, and when one is what was computed from the other."""

from __future__ import annotations

import numpy as np

from stages.lite.integers import Integers

#: Of the largest number in the tensor: what rounding to float32 between the steps of a fold leaves.
#: The largest that was seen is 4e-7; weights of another training differ by 1e-2 and more.
TOLERANCE = 1e-5
#: In steps of a scale, how far a weight on the grid may be off its integer after a fold in float32: with
#: 16 bits it is rounding times 32,767.
SLACK = 0.05


def same(expected: np.ndarray, found: np.ndarray) -> bool:
    """Return whether type, shape and every byte are equal."""
    if expected.dtype != found.dtype or expected.shape != found.shape:
        return False
    return bool(np.array_equal(_bytes(expected), _bytes(found)))


def _bytes(array: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8)


def close(expected: np.ndarray, found: np.ndarray) -> bool:
    """Return whether ``found`` is ``expected`` but for rounding; a value that is none (NaN) is not."""
    return expected.shape == found.shape and distance(expected, found) <= TOLERANCE


def rounds_to(expected: np.ndarray, found: Integers, slack: float = SLACK) -> bool:
    """Return whether integers and scales are what ``opt`` makes of weights.

    Args:
        expected: the weights, in the shape of the integers.
        found: as they stand in the file.
        slack: how far a weight may be off its integer, in steps of the scale.
    """
    if expected.shape != found.whole.shape or not np.isfinite(found.scales).all():
        return False
    largest = found.largest(expected)
    # what a fold adds up can be next to zero; what it multiplies is rounded by its own size
    size = largest.max(initial=0.0) if expected.ndim == 1 else largest
    # below the smallest number a scale has few digits; official models have such channels
    tiny = np.finfo(np.float32).tiny
    rounding = np.broadcast_to(TOLERANCE * size + tiny, largest.shape)
    if (np.abs(found.scales.astype(np.float64) * found.limit - largest) > rounding).any():
        return False
    allowed = found.along(slack * found.scales.astype(np.float64) + rounding)
    return bool((np.abs(found.values() - expected) <= allowed).all())


def distance(expected: np.ndarray, found: np.ndarray) -> float:
    """Return the largest difference as a share of the largest expected number."""
    if expected.size == 0:
        return 0.0
    largest = max(float(np.abs(expected).max()), np.finfo(np.float32).tiny)
    difference = float(np.abs(expected - found.astype(np.float64)).max())
    return difference / largest if np.isfinite(difference) else float("inf")
