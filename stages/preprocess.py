"""From an image file to the tensor that a recognition model reads: one way for every model.

The rule is PaddleOCR's ``resize_norm_img`` (ppocr/data/imaug/rec_img_aug.py), which
``RecResizeImg`` applies in evaluation: keep the ratio, pad on the right with zeros, squeeze what is
wider.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from stages.errors import StageError
from stages.imagefile import MOST_PIXELS, ImageFile, look_into
from stages.message import msg
from stages.text.dictionary import Dictionary
from stages.text.handoff import describe_decoding
from stages.text.printable import printable

MEAN = 0.5
STD = 0.5
SCALE = 1 / 255

#: What lies under a transparent image.
BACKGROUND = 255
#: EXIF's orientation -> whether to mirror across and down, after rows and columns were swapped from 5 on.
_MIRRORED = {
    1: (False, False),
    2: (True, False),
    3: (True, True),
    4: (False, True),
    5: (False, False),
    6: (True, False),
    7: (True, True),
    8: (False, True),
}

#: From an image as it is read (uint8 [height, width, 3], BGR) to a model's input, float32 [3, H, W].
Prepare = Callable[[np.ndarray], np.ndarray]


def read_image(path: Path) -> np.ndarray:
    """Return the image as uint8 [height, width, 3], channels in the order blue, green, red.

    As PaddleOCR's ``DecodeImage`` does: EXIF orientation is applied, grey made colour, 16 bits cut to 8, of
    several frames the first taken. But what is transparent is flattened onto white, where PaddleOCR shows
    the colour that lies under it, black most often (:func:`decode`).

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


class Decoded(NamedTuple):
    """An image as models see it, what its file says, and whether it was flattened."""

    pixels: np.ndarray
    file: ImageFile
    flattened: bool


def decode(data: bytes) -> Decoded | None:
    """Return the image in ``data``, or None if it is not one that OpenCV reads, or larger than any of use.

    What is transparent is flattened onto :data:`BACKGROUND`, as PaddleOCR's ``alpha_to_color`` does
    (ppocr/utils/utility.py); where all is opaque the image is what ``cv2.imdecode`` makes of it.
    """
    file = look_into(data)
    if file.pixels > MOST_PIXELS:
        return None
    flat = _flatten(data, file) if file.alpha else None
    pixels = _decode(data, cv2.IMREAD_COLOR) if flat is None else flat
    return None if pixels is None else Decoded(pixels, file, flat is not None)


def decode_image(data: bytes) -> np.ndarray | None:
    """Return the image in ``data`` (uint8 [height, width, 3], BGR), or None if it is not one."""
    decoded = decode(data)
    return decoded.pixels if decoded else None


def decode_as_paddleocr(data: bytes) -> np.ndarray | None:
    """Return what PaddleOCR's trainer sees of an image: the same, but for what is transparent."""
    return _decode(data, cv2.IMREAD_COLOR)


def _decode(data: bytes, flags: int) -> np.ndarray | None:
    if not data:
        return None
    try:
        decoded: np.ndarray | None = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:  # some broken headers raise instead of returning None
        return None
    return decoded


def _flatten(data: bytes, file: ImageFile) -> np.ndarray | None:
    """Return the image on its background, uint8 [height, width, 3]; None if nothing in it is transparent."""
    image = _decode(data, cv2.IMREAD_UNCHANGED)
    if image is None:
        return None
    opaque = np.iinfo(image.dtype).max if image.dtype.kind == "u" else 0
    if image.ndim == 2 and file.key is not None:
        colour, alpha = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR), (image != file.key) * opaque
    elif image.ndim == 3 and image.shape[2] == 4:
        colour, alpha = image[:, :, :3], image[:, :, 3]
    elif file.kind == "BMP":
        colour, alpha = image, _bmp_alpha(data, image.shape)
    else:
        return None
    if not opaque or (alpha == opaque).all():
        return None
    share = alpha[:, :, np.newaxis].astype(np.float32) / opaque
    weight = (
        1 if file.kind == "TIFF" and opaque == 255 else share
    )  # libtiff has weighted it already
    flat = colour.astype(np.float32) * (255 / opaque) * weight + BACKGROUND * (1 - share)
    pixels = np.clip(np.rint(flat), 0, 255).astype(np.uint8)
    return _turned(pixels, file.orientation) if file.kind == "PNG" else pixels


def _bmp_alpha(data: bytes, shape: tuple[int, ...]) -> np.ndarray:
    """Return a BMP's alpha, which OpenCV does not give: each pixel's fourth byte, rows from the bottom."""
    height, width = shape[:2]
    (start,), (rows,) = struct.unpack_from("<I", data, 10), struct.unpack_from("<i", data, 22)
    body = np.frombuffer(data, np.uint8, height * width * 4, start).reshape(height, width, 4)
    alpha: np.ndarray = body[::-1, :, 3] if rows > 0 else body[:, :, 3]
    return alpha if alpha.any() else np.full_like(alpha, 255)  # nowhere set: not meant


def _turned(image: np.ndarray, orientation: int) -> np.ndarray:
    """Turn an image as EXIF's orientation says; OpenCV does not where it leaves the alpha in."""
    if orientation >= 5:
        image = image.transpose(1, 0, 2)
    across, down = _MIRRORED[orientation]
    return np.ascontiguousarray(image[:: -1 if down else 1, :: -1 if across else 1])


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
        "image": describe_pixels(),
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


def describe_pixels() -> dict[str, Any]:
    """Return the part of ``preprocess.json`` that says what :func:`decode` does."""
    return {
        "exif_orientation": "applied (JPEG, PNG, TIFF), before anything else",
        "transparency": f"flattened onto white: alpha * colour + (1 - alpha) * {BACKGROUND}",
        "grey_and_palette": "made colour",
        "bits": "8 a channel: of 16 the upper 8",
        "frames": "the first",
    }
