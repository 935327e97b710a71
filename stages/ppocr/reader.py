"""A checkpoint (``.pdparams``) in PaddleOCR's own network, in evaluation mode."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import paddle

from stages.message import msg
from stages.ppocr.checkpoint import load_parameters
from stages.ppocr.kept_backbone import KeptBackbone
from stages.ppocr.network import build, fuse
from stages.ppocr.user_config import read_config
from stages.runners.protocol import Run

#: How far merging a LearnableRepLayer's branches may move a probability; seen are 2e-4 and less.
MERGE_BOUND = 1e-3


def load(_threads: int, config: str, checkpoint: str, classes: str, cache: str = "") -> Run:
    """Return a function from float32 [1, 3, H, W] to float32 [1, T, classes].

    The branches of training are merged as exporting does, because the network takes six times as long
    with them, and scalar factors and offsets are applied at once, because one by one they take half of what
    is left; the first image goes through both forms, which have to agree. The CTC head ends in a
    softmax in evaluation mode (ppocr/modeling/heads/rec_ctc_head.py), as the exported program does.
    OMP_NUM_THREADS, which the parent sets, rules the threads. Where a folder ``cache`` is given, what the
    backbone makes of an image is kept there, for checkpoints that have the very same.
    """
    architecture = read_config(Path(config))["Architecture"]
    network = build(architecture, int(classes), load_parameters(Path(checkpoint)))
    return _Checkpoint(network, architecture, Path(cache) if cache else None)


class _Checkpoint:
    """The network, merged with its first image."""

    def __init__(
        self, network: paddle.nn.Layer, architecture: Mapping[str, Any], cache: Path | None
    ) -> None:
        self._network, self._architecture, self._cache = network, architecture, cache
        self._backbone: KeptBackbone | None = None
        self._merged = False

    def __call__(self, image: np.ndarray) -> np.ndarray:
        if not self._merged:
            _merge(self._network, image)
            self._merged = True
            if self._cache:
                self._backbone = KeptBackbone(self._network, self._architecture, self._cache)
        return evaluate(self._network, image)

    def kept(self, image: np.ndarray) -> tuple[np.ndarray, bool]:
        """Return the same, with what the backbone made of an equal image before, and whether it was kept."""
        if self._backbone is None:  # the first image, which is computed
            return self(image), False
        with self._backbone.keeping():
            return evaluate(self._network, image), self._backbone.found


def _merge(network: paddle.nn.Layer, image: np.ndarray) -> None:
    """Merge the branches in place.

    Raises:
        ValueError: the merged network reads ``image`` otherwise.
    """
    before = evaluate(network, image)
    fuse(network)
    _scale_at_once(network)
    difference = float(np.abs(evaluate(network, image) - before).max())
    if not difference <= MERGE_BOUND:
        raise ValueError(
            msg(
                "merging the branches of the network changes its output by {difference}, allowed is "
                "{merge_bound}",
                f"{difference:.3g}",
                f"{MERGE_BOUND:g}",
            )
        )


def _scale_at_once(network: paddle.nn.Layer) -> None:
    """Let every LearnableAffineBlock (ppocr/modeling/backbones/rec_lcnetv3.py) be one operator.

    Its ``scale * x + bias`` with parameters of one number each are two broadcasts, for which Paddle's CPU
    kernels have no vector form; the operator ``scale`` rounds as they do (measured: the same bytes).
    """
    for layer in network.sublayers():
        if type(layer).__name__ == "LearnableAffineBlock":
            factor, offset = float(layer.scale), float(layer.bias)
            layer.forward = partial(paddle.scale, scale=factor, bias=offset)


def evaluate(network: paddle.nn.Layer, image: np.ndarray) -> np.ndarray:
    """Return the probabilities [1, T, classes] of PaddleOCR's network for one image [1, 3, H, W]."""
    with paddle.no_grad():
        result = network(paddle.to_tensor(image))
    if isinstance(result, dict):  # MultiHead names its branches
        result = result["ctc"]
    last = result[-1] if isinstance(result, (list, tuple)) else result
    return np.asarray(last.numpy(), np.float32)
