"""Neck and classifier as one trainable thing on cached features."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import paddle
from paddle.nn import functional

from stages.frozen.samples import Sample
from stages.frozen.state import Arrays, Score
from stages.ppocr.network import state_arrays
from stages.text.decode import greedy
from stages.text.dictionary import BLANK, Dictionary
from stages.text.metrics import exact_match, ned

#: Samples of one evaluation batch; it changes the speed only.
_EVALUATED_AT_ONCE = 64


class Head:
    """The ``neck`` and ``head`` of a network with a CTC head alone, as one layer."""

    def __init__(self, network: paddle.nn.Layer) -> None:
        self.layer = paddle.nn.Sequential(("neck", network.neck), ("head", network.head))

    def logits(self, features: np.ndarray) -> paddle.Tensor:
        """Return [N, T, classes] in training mode."""
        self.layer.train()
        return self.layer(paddle.to_tensor(features))

    def probabilities(self, features: np.ndarray) -> np.ndarray:
        """Return [N, T, classes] in evaluation mode."""
        self.layer.eval()
        with paddle.no_grad():
            output: np.ndarray = self.layer(paddle.to_tensor(features)).numpy()
        return output

    def arrays(self) -> Arrays:
        """Return a copy of all parameters and buffers."""
        return state_arrays(self.layer)

    def load(self, arrays: Arrays) -> None:
        """Set what :meth:`arrays` returned."""
        self.layer.set_state_dict(arrays)


def loss_of(head: Head, features: np.ndarray, samples: Sequence[Sample]) -> paddle.Tensor:
    """Return the mean CTC loss of a batch, as ppocr/losses/rec_ctc_loss.py defines it."""
    logits = head.logits(features)
    lengths = [len(sample.classes) for sample in samples]
    targets = np.zeros((len(samples), max(1, *lengths)), np.int32)
    for row, sample in enumerate(samples):
        targets[row, : lengths[row]] = sample.classes
    losses = functional.ctc_loss(
        logits.transpose([1, 0, 2]),
        paddle.to_tensor(targets),
        paddle.full([len(samples)], logits.shape[1], "int64"),
        paddle.to_tensor(np.array(lengths, np.int64)),
        blank=BLANK,
        reduction="none",
    )
    return losses.mean()


def evaluate(
    head: Head, features: np.ndarray, samples: Sequence[Sample], dictionary: Dictionary
) -> Score:
    """Read all samples and compare with their texts."""
    readings = list(_readings(head, features, dictionary))
    texts = [sample.text for sample in samples]
    return Score(exact_match(readings, texts), ned(readings, texts))


def _readings(head: Head, features: np.ndarray, dictionary: Dictionary) -> Iterator[str]:
    for start in range(0, len(features), _EVALUATED_AT_ONCE):
        rows = np.ascontiguousarray(features[start : start + _EVALUATED_AT_ONCE])
        for one in head.probabilities(rows):
            yield greedy(one, dictionary).text
