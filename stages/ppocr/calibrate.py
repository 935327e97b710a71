"""The statistics that a batch norm would have seen behind each fused convolution.

In training a batch norm normalises with the batch's own statistics. An un-fused network whose norms
say "mean 0, variance 1" therefore falls apart at the first training step; one that says what its
data really are goes on from where the official training ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import paddle

from stages.preprocess import prepare, read_image

#: Images that the statistics are taken from, and in one run of the network.
IMAGES = 32
_BATCH = 16


@dataclass
class Statistics:
    """Sums over all pixels of a convolution's output before its bias, by channel."""

    count: int = 0
    total: np.ndarray | float = 0.0
    squares: np.ndarray | float = 0.0

    @property
    def mean(self) -> np.ndarray:
        """float32 [channels]."""
        return np.asarray(self.total / self.count, np.float32)

    @property
    def variance(self) -> np.ndarray:
        """float32 [channels], never negative."""
        spread = self.squares / self.count - (self.total / self.count) ** 2
        return np.asarray(np.maximum(spread, 0.0), np.float32)

    def add(self, output: np.ndarray) -> None:
        """Take the float64 output [N, channels, H, W] of one batch."""
        self.count += output.size // output.shape[1]
        self.total = self.total + output.sum(axis=(0, 2, 3))
        self.squares = self.squares + (output**2).sum(axis=(0, 2, 3))


def calibrate(
    fused: paddle.nn.Layer, images: Sequence[Path], shape: Sequence[int]
) -> dict[str, Statistics]:
    """Run the first images through ``fused``; return statistics by the rep layer's name."""
    found: dict[str, Statistics] = {}
    hooks = []
    for name, layer in fused.named_sublayers():
        if hasattr(layer, "reparam_conv"):
            found[name] = Statistics()
            hooks.append(layer.reparam_conv.register_forward_post_hook(_observer(found[name])))
    fused.eval()
    with paddle.no_grad():
        for batch in _batches(images[:IMAGES], shape):
            fused(batch)
    for hook in hooks:
        hook.remove()
    return found


def _observer(statistics: Statistics) -> Callable[..., None]:
    def observe(layer: paddle.nn.Layer, _inputs: object, output: paddle.Tensor) -> None:
        bias = layer.bias.numpy().reshape((1, -1, 1, 1))
        statistics.add(output.numpy().astype(np.float64) - bias)

    return observe


def _batches(images: Sequence[Path], shape: Sequence[int]) -> Iterable[paddle.Tensor]:
    for start in range(0, len(images), _BATCH):
        rows = [prepare(read_image(path), shape) for path in images[start : start + _BATCH]]
        yield paddle.to_tensor(np.stack(rows))
