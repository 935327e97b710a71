"""From a line of text to the tensor that an orientation model looks at: as for recognition.

PaddleOCR's ``ClsResizeImg`` and ``resize_norm_img`` of tools/infer/predict_cls.py do the same.
"""

from __future__ import annotations

from stages.recognition.prepare import preparation

__all__ = ["preparation"]
