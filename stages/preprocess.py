"""From an image file to the tensor that a recognition model reads: one way for every model.

The rule is PaddleOCR's ``resize_norm_img`` (ppocr/data/imaug/rec_img_aug.py), which
``RecResizeImg`` applies in evaluation: keep the ratio, pad on the right with zeros, squeeze what is
wider.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from stages.errors import StageError
from stages.message import msg
from stages.text.dictionary import Dictionary
from stages.text.handoff import describe_decoding
from stages.text.printable import printable

MEAN = 0.5
STD = 0.5
SCALE = 1 / 255

#: From an image as it is read (uint8 [height, width, 3], BGR) to a model's input, float32 [3, H, W].
Prepare = Callable[[np.ndarray], np.ndarray]


def read_image(path: Path) -> np.ndarray:
    """Return the image as uint8 [height, width, 3], channels in the order blue, green, red.

    As PaddleOCR's ``DecodeImage`` does: EXIF orientation is applied, alpha dropped, grey made
    colour.

    Raises:
        StageError: the file is missing or not an image that OpenCV reads.
    """
    image = decode_image(path.read_bytes()) if path.is_file() else None
    if image is None:
        name = printable(str(path), 400)
        wrong = (
            msg("{name} is not an image that OpenCV reads", name)
            if path.is_file()
            else msg("{name} is missing", name)
        )
        raise StageError(wrong, name, msg("give a PNG, JPEG, BMP or TIFF file"))
    return image


def decode_image(data: bytes) -> np.ndarray | None:
    """Return the image in ``data`` (uint8 [height, width, 3], BGR), or None if it is not one."""
    if not data:
        return None
    try:
        decoded: np.ndarray | None = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:  # some broken headers raise instead of returning None
        return None
    return decoded


def prepare(image: np.ndarray, shape: Sequence[int]) -> np.ndarray:
    """Return ``image`` as a model's input.

    Args:
        image: uint8 [height, width, 3], BGR.
        shape: (3, H, W) of the model's input.

    Returns:
        float32 [3, H, W], values in -1..1, zeros where padded.
    """
    channels, height, width = shape
    ratio = image.shape[1] / float(image.shape[0])
    resized_width = min(width, math.ceil(height * ratio))
    resized = cv2.resize(image, (resized_width, height)).astype(np.float32)
    normalised = resized.transpose((2, 0, 1)) / 255
    normalised -= MEAN
    normalised /= STD
    padded = np.zeros((channels, height, width), np.float32)
    padded[:, :, :resized_width] = normalised
    return padded


def describe(shape: Sequence[int], dictionary: Dictionary) -> dict[str, Any]:
    """Return ``preprocess.json``: all that a reader on a phone must do as this project does."""
    return {
        "schema_version": 1,
        "task": "recognition",
        **describe_input(shape),
        "decode": describe_decoding(dictionary),
    }


def describe_input(shape: Sequence[int]) -> dict[str, Any]:
    """Return the part of ``preprocess.json`` that says what :func:`prepare` does."""
    channels, height, width = shape
    return {
        "input": {
            "shape": [1, channels, height, width],
            "layout": "NCHW",
            "dtype": "float32",
            "channel_order": "BGR",
            # Lite 2.13 (x86) miscomputes or crashes when a predictor's width changes between runs
            "fixed": True,
        },
        "resize": {
            "height": height,
            "width": f"min({width}, ceil({height} * image_width / image_height))",
            "interpolation": "bilinear (OpenCV INTER_LINEAR on uint8)",
            "wider_images": "squeezed to the full width",
        },
        "normalize": {"scale": SCALE, "mean": [MEAN] * 3, "std": [STD] * 3},
        "padding": {"side": "right", "value": 0.0, "applied": "after normalisation"},
    }
