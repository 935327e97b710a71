"""The ``verify`` stage: the original, the PD model and the ``.nb`` on the same test images.

The stage measures; thresholds and the verdict are the host's, so that changing one runs nothing again.
What an image says, and how well, is the task's: ``verify`` in its room.
"""

from __future__ import annotations

from stages.contract import VerifyMetrics
from stages.runtime import Context
from stages.tasks import task_of


def run(context: Context) -> VerifyMetrics:
    """Write ``parity.json``, ``preprocess.json``, ``golden.json`` and ``evidence.json``.

    Raises:
        StageError: there is nothing to measure on, or an image cannot be read.
        IntegrityError: what is said of a model, or what it gives, is not the project's.
    """
    measured: VerifyMetrics = task_of(context).module("stages.*.verify").run(context)
    return measured
