"""Second moments of what a layer's weights are applied to, summed up image by image."""

from __future__ import annotations

import numpy as np

from stages.program.graph import Operator
from stages.rounding.layers import Layer

#: Positions of an image that count, spread evenly over it: enough for any layer, and the early ones have
#: tens of thousands.
POSITIONS = 2048
#: Inputs up to which a layer's moments are taken: their matrix has a gigabyte at 11,000.
MOST_INPUTS = 4608


def has_moments(layer: Layer, weights: np.ndarray) -> bool:
    """Return whether a layer's moments can be taken."""
    if not layer.sources or layer.matrix(weights).shape[1] > MOST_INPUTS:
        return False
    return layer.kind == "mul" or all(map(_is_plain, layer.operators))


def _is_plain(convolution: Operator) -> bool:
    said = convolution.attribute("padding_algorithm"), convolution.attribute("data_format")
    return said[0] in (None, b"", "", b"EXPLICIT", "EXPLICIT") and said[1] not in (b"NHWC", "NHWC")


class Moments:
    """Of one layer: float64 [groups, inputs, inputs], a sum over all images and positions."""

    def __init__(self, layer: Layer, weights: np.ndarray) -> None:
        self._layer, self._shape = layer, weights.shape
        inputs = layer.matrix(weights).shape[1]
        self.total = np.zeros((layer.groups, inputs, inputs))

    def add(self, operator: Operator, source: np.ndarray) -> None:
        """Add an image.

        Args:
            operator: one of the layer's.
            source: what the weights are applied to, float32 [1, C, H, W] of a convolution.
        """
        for group, inputs in enumerate(self._inputs(operator, source)):
            exact = inputs.astype(np.float64)
            self.total[group] += exact @ exact.T

    def _inputs(self, operator: Operator, source: np.ndarray) -> np.ndarray:
        """Return the inputs at some positions: float32 [groups, inputs, positions]."""
        groups, inputs, _ = self.total.shape
        if self._layer.kind == "mul":
            rows = source.reshape(-1, inputs)
            return rows[_spread(len(rows))].T[None]
        return _patches(operator, source[0], self._shape[2:]).reshape(groups, inputs, -1)


def _spread(count: int) -> np.ndarray:
    """Return which of so many positions count."""
    return np.linspace(0, count - 1, min(count, POSITIONS)).astype(np.int64)


def _patches(convolution: Operator, image: np.ndarray, kernel: tuple[int, int]) -> np.ndarray:
    """Return what a convolution sees at some positions, float32 [C, kernel height x width, positions]."""
    strides, dilations = convolution.attribute("strides"), convolution.attribute("dilations")
    paddings = convolution.attribute("paddings")
    around = (
        [paddings[:2], paddings[2:]] if len(paddings) == 4 else [[size] * 2 for size in paddings]
    )
    padded = np.pad(image, [(0, 0), *map(tuple, around)])
    reach = [dilation * (size - 1) for dilation, size in zip(dilations, kernel, strict=True)]
    size = [
        (length - far - 1) // stride + 1
        for length, far, stride in zip(padded.shape[1:], reach, strides, strict=True)
    ]
    down, across = np.divmod(_spread(size[0] * size[1]), size[1])
    seen = [
        padded[
            :, down * strides[0] + row * dilations[0], across * strides[1] + column * dilations[1]
        ]
        for row in range(kernel[0])
        for column in range(kernel[1])
    ]
    return np.stack(seen, axis=1)
