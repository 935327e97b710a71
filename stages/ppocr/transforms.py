"""What a list of PaddleOCR's transforms does to an image, in the words of ``preprocess.json``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stages.message import msg
from stages.text.printable import printable
from stages.text.yaml import at

_LARGEST = 1 << 16
#: ``NormalizeImage`` without values of its own (ppocr/data/imaug/operators.py).
_NORMALIZE = {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}
#: What every way of resizing a line does to its values (ppocr/data/imaug/rec_img_aug.py).
_RESIZE = {"mean": [0.5] * 3, "std": [0.5] * 3}


#: The way of resizing that this project has too, and PaddleOCR's transforms that call it.
RESIZE_NORM_IMG = "resize_norm_img"
_SAME = ("RecResizeImg", "SVTRRecResizeImg", "ClsResizeImg")
#: How the names of transforms end that resize a line.
_RESIZING = ("ResizeImg", "ResizeImage")


@dataclass(frozen=True)
class Preparation:
    """How images are prepared; "" and () where the transforms do not say it.

    ``resize`` is PaddleOCR's function for it, or the transform's name if it is another.
    """

    channel_order: str = ""
    resize: str = ""
    padding: str = ""
    mean: str = ""
    std: str = ""
    image_shape: tuple[int, ...] = ()


#: How this project prepares them (:mod:`stages.preprocess`).
OWN = Preparation("BGR", RESIZE_NORM_IMG, "right", str(_RESIZE["mean"]), str(_RESIZE["std"]))


def otherwise(config: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """Return what evaluation prepares otherwise than :data:`OWN` first: what, how there, how here."""
    found = read_transforms(at(config, "Eval", "dataset", "transforms"))
    for what in ("channel_order", "resize", "padding", "mean", "std"):
        there, own = getattr(found, what), getattr(OWN, what)
        if there and there != own:
            return what, there, own
    return None


def read_transforms(listed: Any) -> Preparation:
    """Read ``Eval.dataset.transforms`` of a configuration, or an ``inference.yml``'s ``transform_ops``.

    It may come from anywhere: what is not a list of transforms says nothing.
    """
    transforms = _by_name(listed)
    resize = next((name for name in transforms if name.endswith(_RESIZING)), "")
    options = _options(transforms, resize)
    return Preparation(
        _channel_order(transforms),
        RESIZE_NORM_IMG if resize in _SAME else printable(resize),
        _padding(options) if resize else "",
        _normalisation("mean", transforms) if resize else "",
        _normalisation("std", transforms) if resize else "",
        _shape(options.get("image_shape")),
    )


def _by_name(listed: Any) -> dict[str, Any]:
    transforms: dict[str, Any] = {}
    for item in listed if isinstance(listed, list) else ():
        named = item.items() if isinstance(item, dict) else ()
        transforms |= {str(name): options for name, options in named}
    return transforms


def _options(transforms: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    options = transforms.get(name)
    return options if isinstance(options, dict) else {}


def _channel_order(transforms: Mapping[str, Any]) -> str:
    """Return what ``DecodeImage`` makes of OpenCV's blue, green, red; it says RGB by default."""
    if "DecodeImage" not in transforms:
        return ""
    mode = _options(transforms, "DecodeImage").get("img_mode", "RGB")
    return mode if mode in ("RGB", "GRAY") else "BGR"


def _padding(options: Mapping[str, Any]) -> str:
    return "right" if options.get("padding", True) else "none"


def _normalisation(what: str, transforms: Mapping[str, Any]) -> str:
    if "NormalizeImage" not in transforms:
        return str(_RESIZE[what])
    own = _options(transforms, "NormalizeImage").get(what, _NORMALIZE[what])
    numbers = isinstance(own, list) and len(own) == 3
    whole = numbers and all(isinstance(number, (int, float)) for number in own)
    return printable(str(own)) if whole else msg("not three numbers")


def _shape(value: Any) -> tuple[int, ...]:
    whole = isinstance(value, list) and len(value) == 3
    if not whole or not all(isinstance(size, int) and abs(size) < _LARGEST for size in value):
        return ()
    return tuple(value)
