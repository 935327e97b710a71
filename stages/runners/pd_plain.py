"""The same as :mod:`stages.runners.pd`, computed without oneDNN: the same sums in another order."""

from __future__ import annotations

from stages.runners import pd
from stages.runners.protocol import Run


def load(threads: int, pdmodel: str, pdiparams: str) -> Run:
    """Return a function from float32 [1, 3, H, W] to float32 [1, T, classes]."""
    return pd.load(threads, pdmodel, pdiparams, plain=True)
