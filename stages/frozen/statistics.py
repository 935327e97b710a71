"""The statistics of :mod:`stages.ppocr.calibrate`, kept: they hang on a frozen backbone and a few images."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import paddle

from stages.kept import Cache, Damaged
from stages.kernels import operators
from stages.ppocr import calibrate as calibrating
from stages.ppocr.calibrate import IMAGES, Statistics, calibrate
from stages.ppocr.kept_backbone import fingerprint_of
from stages.preprocess import prepare, read_image

#: Whose code decides the numbers besides the backbone's: what another version kept is none of this one's.
_CODE = (calibrating, operators)


def statistics_of(
    network: paddle.nn.Layer,
    architecture: Mapping[str, Any],
    images: Sequence[Path],
    shape: Sequence[int],
    folder: Path,
) -> dict[str, Statistics]:
    """Return what :func:`calibrate` returns for a fused network; of a backbone that is known, what was kept.

    Args:
        network: whose rep layers are all in its backbone.
        architecture: of the network.
        images: to take the statistics from.
        shape: of an image for the network.
        folder: of what is kept of all backbones.
    """
    channels = {
        f"backbone.{name}": layer.reparam_conv.bias.shape[0]
        for name, layer in network.backbone.named_sublayers()
        if hasattr(layer, "reparam_conv")
    }
    if not channels:
        return {}  # a backbone of plain convolutions
    content = hashlib.sha256(b"statistics")
    for module in _CODE:
        content.update(hashlib.sha256(Path(str(module.__file__)).read_bytes()).digest())
    for path in images[:IMAGES]:
        content.update(prepare(read_image(path), shape).tobytes())
    cache = Cache(folder / fingerprint_of(network.backbone, architecture))
    name = content.hexdigest()
    try:
        kept = cache.get(name, (2, sum(channels.values())))
    except Damaged:
        kept = None
    if kept is None:
        found = calibrate(network, images, shape)
        rows = [
            [found[layer].mean for layer in channels],
            [found[layer].variance for layer in channels],
        ]
        kept = np.stack([np.concatenate(row) for row in rows])
        with contextlib.suppress(OSError):  # a full disk is met by what is written next
            cache.put(name, kept)
    ends = np.cumsum(list(channels.values()))[:-1]
    means, variances = (np.split(row, ends) for row in kept)
    return {
        layer: Statistics(mean, variance)
        for layer, mean, variance in zip(channels, means, variances, strict=True)
    }
