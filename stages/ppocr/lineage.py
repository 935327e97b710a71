"""Proof that an exported model holds a checkpoint's parameters, every one of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from stages.errors import IntegrityError
from stages.ppocr.network import build, check_shapes, live_tensors

#: Fusing branches in another process may round a sum differently; nothing else may differ.
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Compared:
    """How many parameters were compared, and the largest difference of any number in them."""

    parameters: int
    max_difference: float


def compare_parameters(
    architecture: Mapping[str, Any],
    classes: int,
    checkpoint: Mapping[str, np.ndarray],
    exported: Mapping[str, np.ndarray],
) -> Compared:
    """Fuse the checkpoint as the export does and compare it with the export, name by name.

    Args:
        architecture: the ``Architecture`` part of the configuration.
        classes: of the CTC head, the blank included.
        checkpoint: arrays by state-dict key.
        exported: arrays of the ``.pdiparams`` by Paddle's name.

    Raises:
        IntegrityError: a parameter is missing, of another shape, or of other values.
    """
    fused = build(architecture, classes, checkpoint, fused=True)
    expected = {name: np.asarray(tensor.numpy()) for name, tensor in live_tensors(fused).items()}
    check_shapes(
        {name: array.shape for name, array in expected.items()},
        {name: array.shape for name, array in exported.items()},
        "the exported model",
        "the fused checkpoint",
    )
    differences = {name: _difference(expected[name], exported[name]) for name in expected}
    worst = max(differences, key=lambda name: differences[name])
    if differences[worst] > TOLERANCE:
        wrong = sum(difference > TOLERANCE for difference in differences.values())
        raise IntegrityError(
            f"{wrong} of {len(differences)} exported parameters are not the checkpoint's; "
            f"{worst} differs by {differences[worst]:.3g}",
            worst,
            "export again; if it stays, the configuration is not the one it was trained with",
        )
    return Compared(len(differences), differences[worst])


def _difference(expected: np.ndarray, found: np.ndarray) -> float:
    """Return the largest difference of a number; infinite where one of the two is none (NaN)."""
    if expected.size == 0:
        return 0.0
    difference = float(np.max(np.abs(expected.astype(np.float64) - found.astype(np.float64))))
    return math.inf if math.isnan(difference) else difference
