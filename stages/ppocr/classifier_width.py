"""How many classes a checkpoint has."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

#: Where the classifier's bias stands in a checkpoint: CTCHead alone or in a MultiHead, with one
#: linear layer or two (ppocr/modeling/heads/rec_ctc_head.py).
CLASSIFIERS = ("head.ctc_head.fc2.bias", "head.ctc_head.fc.bias", "head.fc2.bias", "head.fc.bias")


def classifier_of(parameters: Mapping[str, np.ndarray]) -> str:
    """Return the name of the classifier's bias; "" if no name is known."""
    return next((name for name in CLASSIFIERS if name in parameters), "")


def classifier_width(parameters: Mapping[str, np.ndarray]) -> int | None:
    """Return the number of classes, the blank among them; None if the classifier is not known."""
    name = classifier_of(parameters)
    return len(parameters[name]) if name else None
