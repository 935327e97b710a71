"""Stage ``train``: from labelled lines to a PaddleOCR checkpoint (docs/stage-contract.md)."""

from __future__ import annotations

from stages.contract import TrainMetrics
from stages.errors import StageError
from stages.frozen.run import train as train_frozen
from stages.full.trainer import train as train_full
from stages.kernels.use import use
from stages.message import msg
from stages.runtime import Context

MODES = {"frozen": train_frozen, "full": train_full}


def run(context: Context) -> TrainMetrics:
    """Train in the mode that the parameters say; return the stage's metrics."""
    mode = context.parameters["mode"]
    if mode not in MODES:
        raise StageError(
            msg("unknown mode {mode}; allowed: {modes}", repr(mode), ", ".join(MODES)), "train.mode"
        )
    use(context.spec.kernels)
    return MODES[mode](context)
