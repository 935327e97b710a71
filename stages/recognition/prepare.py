"""From a line of text to the tensor that a recognition model reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stages import preprocess
from stages.preprocess import Prepare


def preparation(shape: Sequence[int], description: Mapping[str, Any] | None = None) -> Prepare:
    """Return how this project prepares a line for a model whose input is [3, H, W]."""
    return lambda image: preprocess.prepare(image, shape)
