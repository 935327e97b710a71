"""The loss that weights have before any training, to hold the first training step against.

Weights that were lost on the way to the trainer show here first: evaluation says one number, the first
training batch a far larger one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import paddle

from stages.ppocr.ctc import ctc_losses_of
from stages.ppocr.network import build
from stages.preprocess import prepare, read_image
from stages.runtime import Context
from stages.text.dictionary import Dictionary
from stages.text.labels import read_labels

#: Validation images that are looked at, evenly spread over the set.
IMAGES = 32
_AT_ONCE = 8
_CTC_HEADS = ("CTCHead", "MultiHead")


def start_val_loss(
    context: Context,
    architecture: Mapping[str, Any],
    weights: Mapping[str, np.ndarray],
    dictionary: Dictionary,
) -> float | None:
    """Return the mean CTC loss in evaluation on validation images; None without a CTC head."""
    if architecture["Head"]["name"] not in _CTC_HEADS:
        return None
    labels = read_labels(context.input("val_labels"))
    labels = labels[:: -(-len(labels) // IMAGES)]
    network = build(architecture, dictionary.classes, weights, fused=True)
    losses: list[float] = []
    for start in range(0, len(labels), _AT_ONCE):
        batch = labels[start : start + _AT_ONCE]
        images = [_prepared(context, label.image) for label in batch]
        with paddle.no_grad():
            output: np.ndarray = network(paddle.to_tensor(np.stack(images))).numpy()
        classes = [dictionary.encode(label.text) for label in batch]
        losses += ctc_losses_of(output, classes).tolist()
    return float(np.mean(losses))


def _prepared(context: Context, name: str) -> np.ndarray:
    image = read_image(context.input("val") / name)
    return prepare(image, context.parameters["image_shape"])
