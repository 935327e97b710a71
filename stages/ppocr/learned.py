"""What training changed: of each part of the network, the parameters that are not as they began."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from stages.ppocr.network import TRAINING_ONLY

#: The parts of a network as state-dict keys name them; a MultiHead keeps its CTC neck in its head.
_PARTS = (
    ("backbone.", "backbone"),
    ("neck.", "neck"),
    ("head.ctc_encoder.", "neck"),
    ("head.", "head"),
)
#: Running statistics follow the images that pass; no gradient moves them.
_STATISTICS = ("._mean", "._variance")

Arrays = Mapping[str, np.ndarray]


def what_learned(start: Arrays, end: Arrays) -> dict[str, dict[str, int]]:
    """Compare the weights that training began with and those that it left.

    Args:
        start: arrays by state-dict key.
        end: arrays of the same network.

    Returns:
        ``learned``: how many parameters differ, by part; ``parameters``: how many there are. Branches
        that are never exported, and running statistics, are left out.
    """
    parameters = dict.fromkeys((part for _, part in _PARTS), 0)
    learned = dict(parameters)
    for part, key in _parameters(end):
        parameters[part] += 1
        learned[part] += key not in start or not np.array_equal(start[key], end[key])
    return {"learned": learned, "parameters": parameters}


def _parameters(arrays: Arrays) -> Iterator[tuple[str, str]]:
    """Give part and key of every parameter that is exported."""
    for key in arrays:
        part = next((part for prefix, part in _PARTS if key.startswith(prefix)), "")
        if part and not key.startswith(TRAINING_ONLY) and not key.endswith(_STATISTICS):
            yield part, key
