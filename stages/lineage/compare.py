"""When two tensors are the same, and when one is what was computed from the other."""

from __future__ import annotations

import numpy as np

#: Of the largest number in the tensor: what rounding to float32 between the steps of a fold leaves.
#: The largest that was seen is 4e-7; weights of another training differ by 1e-2 and more.
TOLERANCE = 1e-5


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


def distance(expected: np.ndarray, found: np.ndarray) -> float:
    """Return the largest difference as a share of the largest expected number."""
    if expected.size == 0:
        return 0.0
    largest = max(float(np.abs(expected).max()), np.finfo(np.float32).tiny)
    difference = float(np.abs(expected - found.astype(np.float64)).max())
    return difference / largest if np.isfinite(difference) else float("inf")
