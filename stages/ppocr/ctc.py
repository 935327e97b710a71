"""The CTC loss as PaddleOCR trains with it (ppocr/losses/rec_ctc_loss.py)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import paddle
from paddle.nn import functional

from stages.text.dictionary import BLANK

#: Probabilities below it count as it: the logarithm of 0 would end a comparison.
_LEAST = 1e-30


def ctc_losses(logits: paddle.Tensor, classes: Sequence[Sequence[int]]) -> paddle.Tensor:
    """Return the loss of each image, float32 [N].

    Args:
        logits: [N, T, classes], not normalised.
        classes: of each image's text, in order.
    """
    lengths = [len(item) for item in classes]
    targets = np.zeros((len(classes), max(1, *lengths)), np.int32)
    for row, item in enumerate(classes):
        targets[row, : lengths[row]] = item
    return functional.ctc_loss(
        logits.transpose([1, 0, 2]),
        paddle.to_tensor(targets),
        paddle.full([len(classes)], logits.shape[1], "int64"),
        paddle.to_tensor(np.array(lengths, np.int64)),
        blank=BLANK,
        reduction="none",
    )


def ctc_losses_of(probabilities: np.ndarray, classes: Sequence[Sequence[int]]) -> np.ndarray:
    """Return the same of what a network gives in evaluation: float32 [N, T, classes] of shares."""
    logits = paddle.to_tensor(np.log(np.maximum(probabilities, _LEAST)))
    with paddle.no_grad():
        losses: np.ndarray = ctc_losses(logits, classes).numpy()
    return losses
