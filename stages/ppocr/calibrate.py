"""The statistics that a batch norm would have seen behind each fused convolution.

In training a batch norm normalises with the batch's own statistics. An un-fused network whose norms
say "mean 0, variance 1" therefore falls apart at the first training step; one that says what its
data really are goes on from where the official training ended.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import paddle

from stages.preprocess import prepare, read_image

#: Images that the statistics are taken from: 3,840 positions in the smallest feature map.
IMAGES = 16


@dataclass(frozen=True)
class Statistics:
    """Of a convolution's output before its bias, over all images and positions."""

    #: float32 [channels]
    mean: np.ndarray
    #: float32 [channels]
    variance: np.ndarray


def calibrate(
    fused: paddle.nn.Layer, images: Sequence[Path], shape: Sequence[int]
) -> dict[str, Statistics]:
    """Run the first images through ``fused``; return statistics by the rep layer's name."""
    found: dict[str, Statistics] = {}
    hooks = []
    for name, layer in fused.named_sublayers():
        if hasattr(layer, "reparam_conv"):
            hooks.append(layer.reparam_conv.register_forward_post_hook(_observer(name, found)))
    fused.eval()
    rows = [prepare(read_image(path), shape) for path in images[:IMAGES]]
    with paddle.no_grad():
        fused(paddle.to_tensor(np.stack(rows)))
    for hook in hooks:
        hook.remove()
    return found


def _observer(name: str, found: dict[str, Statistics]) -> Callable[..., None]:
    def observe(layer: paddle.nn.Layer, _inputs: object, output: paddle.Tensor) -> None:
        values = output.numpy().astype(np.float64)  # [N, channels, H, W]
        mean = values.mean(axis=(0, 2, 3)) - layer.bias.numpy()
        variance = values.var(axis=(0, 2, 3))
        found[name] = Statistics(mean.astype(np.float32), variance.astype(np.float32))

    return observe
