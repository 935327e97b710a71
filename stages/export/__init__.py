"""Stage ``export``: a checkpoint, or a PIR model, as a legacy inference model (docs/stage-contract.md)."""

from __future__ import annotations

from stages.contract import ExportMetrics
from stages.export import from_checkpoint, from_pir
from stages.runtime import Context


def run(context: Context) -> ExportMetrics:
    """Export the checkpoint, or take over the PIR model, and prove that the result is its own.

    Raises:
        IntegrityError: what was given and the export do not fit together.
        StageError: PaddleOCR's tool failed or wrote a PIR model; or the PIR model that was given has
            operators that are not supported.
    """
    return from_pir.run(context) if context.has("pir") else from_checkpoint.run(context)
