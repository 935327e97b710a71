"""Stage ``train``: from labelled lines to a PaddleOCR checkpoint (docs/stage-contract.md)."""

from __future__ import annotations

import importlib
import os
from typing import Any

from stages.errors import StageError
from stages.runtime import Context

#: The module of each mode; its ``train(context)`` returns the stage's metrics.
MODES = {"frozen": "stages.frozen.run", "full": "stages.ppocr.trainer"}


def run(context: Context) -> dict[str, Any]:
    """Train in the mode that the parameters say."""
    mode = context.parameters["mode"]
    if mode not in MODES:
        raise StageError(f"unknown mode {mode!r}; allowed: {', '.join(MODES)}", "train.mode")
    os.environ.setdefault("OMP_NUM_THREADS", str(context.spec.threads))  # read when Paddle loads
    metrics: dict[str, Any] = importlib.import_module(MODES[mode]).train(context)
    return metrics
