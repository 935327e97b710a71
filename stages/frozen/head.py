"""Neck and classifier as one trainable thing on cached features."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import paddle

from stages.dataset.samples import Sample
from stages.frozen.features import Features
from stages.frozen.state import Arrays, Score
from stages.ppocr.ctc import ctc_losses, ctc_losses_of
from stages.ppocr.network import state_arrays
from stages.text.decode import greedy
from stages.text.dictionary import Dictionary
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
    """Return the mean CTC loss of a batch in training mode."""
    return ctc_losses(head.logits(features), [sample.classes for sample in samples]).mean()


def evaluate(
    head: Head, features: Features, samples: Sequence[Sample], dictionary: Dictionary
) -> Score:
    """Read all samples, and compare with their texts."""
    predictions: list[str] = []
    losses: list[float] = []
    for start in range(0, len(samples), _EVALUATED_AT_ONCE):
        batch = samples[start : start + _EVALUATED_AT_ONCE]
        output = head.probabilities(features.rows(range(start, start + len(batch))))
        predictions += [greedy(one, dictionary).text for one in output]
        losses += ctc_losses_of(output, [sample.classes for sample in batch]).tolist()
    texts = [sample.text for sample in samples]
    return Score(exact_match(predictions, texts), ned(predictions, texts), float(np.mean(losses)))
