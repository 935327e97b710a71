"""From a page to the tensor that a detection model reads: one way for every model.

PaddleOCR's ``DetResizeForTest`` gives each page its own multiple of 32; Paddle-Lite 2.13 on x86 cannot
change a predictor's shape, so here each page is scaled to fit one shape and the rest is padded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from stages.detection.rules import Rules, read_rules
from stages.errors import StageError
from stages.message import msg
from stages.preprocess import Prepare

#: The network halves a page five times and doubles it back.
STRIDE = 32


@dataclass(frozen=True)
class Fit:
    """How a page lies in the model's input: (height, width) of the page, and what it was scaled to."""

    page: tuple[int, int]
    scaled: tuple[int, int]

    def spread(self, shape: Sequence[int]) -> tuple[float, float]:
        """Return height and width of the whole input, padding included, in pixels of the page."""
        rows, columns = (
            whole * original / scaled
            for whole, original, scaled in zip(shape, self.page, self.scaled, strict=True)
        )
        return rows, columns


def check_shape(shape: Sequence[int]) -> tuple[int, int, int]:
    """Return [3, H, W] as it is given.

    Raises:
        StageError: it is not of a detection model's input.
    """
    whole = len(shape) == 3 and shape[0] == 3
    if not whole or any(size < STRIDE or size % STRIDE for size in shape[1:]):
        raise StageError(
            msg(
                "image_shape is {shape}; allowed is [3, H, W] with multiples of {stride}",
                list(shape),
                STRIDE,
            ),
            "model.image_shape",
            msg(
                "give [model] image_shape = [3, 960, 960], say: the larger, the smaller the text it "
                "finds"
            ),
        )
    channels, height, width = shape
    return channels, height, width


def fit_page(page: tuple[int, int], shape: Sequence[int]) -> Fit:
    """Scale a page of (height, width), up or down, until it fits the model's [3, H, W]."""
    ratio = min(shape[1] / page[0], shape[2] / page[1])
    height, width = (max(1, round(size * ratio)) for size in page)
    return Fit(page, (min(height, shape[1]), min(width, shape[2])))


def prepare(image: np.ndarray, shape: Sequence[int], rules: Rules) -> np.ndarray:
    """Return ``image`` as a model's input.

    Args:
        image: uint8 [height, width, 3], BGR.
        shape: (3, H, W) of the model's input.
        rules: of the model.

    Returns:
        float32 [3, H, W], zeros on the right and below where the page ends.
    """
    height, width = fit_page((image.shape[0], image.shape[1]), shape).scaled
    resized = cv2.resize(image, (width, height)).astype(np.float32)
    normalised = (resized * np.float32(rules.scale) - np.float32(rules.mean)) / np.float32(
        rules.std
    )
    padded = np.zeros(tuple(shape), np.float32)
    padded[:, :height, :width] = normalised.transpose((2, 0, 1))
    return padded


def preparation(shape: Sequence[int], description: Mapping[str, Any] | None = None) -> Prepare:
    """Return how this project prepares a page.

    Args:
        shape: [3, H, W] of the model's input.
        description: the model's ``inference.yml``, if it has one, which names the numbers.

    Raises:
        StageError: shape or description are not of a detection model.
    """
    whole, rules = check_shape(shape), read_rules(description)
    return lambda image: prepare(image, whole, rules)
