"""The ``verify`` stage: the original, the PD model and the ``.nb`` on the same test images.

The stage measures; thresholds and the verdict are the host's, so that changing one runs nothing again.
What an image says, and how well, is the task's: :mod:`stages.recognition`, :mod:`stages.detection`,
:mod:`stages.orientation`.
"""

from __future__ import annotations

from stages.contract import VerifyMetrics
from stages.detection import verify as detection
from stages.orientation import verify as orientation
from stages.recognition import verify as recognition
from stages.runtime import Context
from stages.tasks import DETECTION, ORIENTATION, RECOGNITION, task_of

_RUN = {
    RECOGNITION: recognition.run,
    DETECTION: detection.run,
    ORIENTATION: orientation.run,
}


def run(context: Context) -> VerifyMetrics:
    """Write ``parity.json``, ``preprocess.json``, ``golden.json`` and ``evidence.json``.

    Raises:
        StageError: there is nothing to measure on, or an image cannot be read.
        IntegrityError: what is said of a model, or what it gives, is not the project's.
    """
    return _RUN[task_of(context)](context)
