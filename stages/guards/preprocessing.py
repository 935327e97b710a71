"""How images are prepared, held against every place that says how a model wants them.

What this project does is :mod:`stages.preprocess`: blue, green, red; scaled to the height; padded on the
right; (x / 255 - 0.5) / 0.5.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from stages import preprocess
from stages.errors import StageError
from stages.guards.buffer import read_buffer
from stages.guards.comparison import Comparison
from stages.guards.documents import read_document
from stages.guards.program import read_signature
from stages.lite.targets import TARGETS
from stages.pitfalls import Pitfall
from stages.ppocr.documents import at
from stages.runtime import Context

PREPROCESS_FILE = "preprocess.json"
CHANNEL_ORDER, RESIZE, PADDING = "BGR", "RecResizeImg", "right"
#: PaddleOCR's ``DecodeImage`` without ``img_mode`` (ppocr/data/imaug/operators.py).
_DEFAULT_ORDER = "RGB"
_MEAN, _STD = [preprocess.MEAN] * 3, [preprocess.STD] * 3

_TRAIN_AGAIN = "train again with this project's values, or give the project the training's"
_OTHER_MODEL = "give the model that was exported for this project's image_shape, or change it"


def compare_preprocessing(context: Context, shape: Sequence[int]) -> list[Comparison]:
    """Hold this project's preprocessing against all that the stage was given, or has written.

    Looks at the inputs ``config`` (its ``Eval`` transforms), ``description`` (inference.yml),
    ``pdmodel``, ``nb-TARGET``, and at ``preprocess.json`` in the output folder; those that are not
    there are left out. The time is counted as a guard's.

    Args:
        context: of the stage.
        shape: [3, H, W], the project's.

    Raises:
        StageError: a configuration cannot be read.
    """
    with context.guarding():
        return list(_places(context, [int(size) for size in shape]))


def _places(context: Context, shape: list[int]) -> Iterator[Comparison]:
    if context.has("config"):
        yield from in_configuration(read_document(context.input("config")), shape)
    if context.has("description"):
        yield from in_description(read_document(context.input("description")), shape)
    if context.has("pdmodel"):
        yield in_program(context.input("pdmodel"), shape)
    for target in TARGETS:
        if context.has(f"nb-{target}"):
            yield in_buffer(f"nb-{target}", context.input(f"nb-{target}"), shape)
    if (context.output / PREPROCESS_FILE).is_file():
        yield from in_hand_off(context.output / PREPROCESS_FILE, shape)


def in_configuration(config: Mapping[str, Any], shape: list[int]) -> Iterator[Comparison]:
    """Compare with the ``Eval`` transforms of a training's configuration."""
    place = "training configuration"
    transforms = _transforms(at(config, "Eval", "dataset", "transforms"))
    yield from _steps(place, transforms)
    found = _shape(at(transforms, RESIZE, "image_shape"))
    yield _shapes(place, shape, found, _TRAIN_AGAIN)


def in_description(description: Mapping[str, Any], shape: list[int]) -> Iterator[Comparison]:
    """Compare with the transforms of an ``inference.yml``.

    Of its shape only the height binds: PaddleOCR's own inference takes any width.
    """
    place = "inference.yml"
    transforms = _transforms(at(description, "PreProcess", "transform_ops"))
    yield from _steps(place, transforms)
    found = _shape(at(transforms, RESIZE, "image_shape"))
    height = str(found[1]) if len(found) == 3 else ""
    yield Comparison(place, "height", str(shape[1]), height, "", Pitfall.WRONG_HEIGHT, _OTHER_MODEL)


def in_program(pdmodel: Path, shape: list[int]) -> Comparison:
    """Compare with the shape that a PD model's input is declared with."""
    try:
        declared = read_signature(pdmodel).input_shape
    except StageError:  # what cannot be read cannot be run either, which is measured next
        declared = ()
    return _declared("pd", shape, declared)


def in_buffer(name: str, nb: Path, shape: list[int]) -> Comparison:
    """Compare with the shape that a ``.nb`` model's input is declared with."""
    found = read_buffer(nb)
    return _declared(name, shape, found.input_shape if found else ())


def in_hand_off(path: Path, shape: list[int]) -> Iterator[Comparison]:
    """Compare with the ``preprocess.json`` that ships."""
    said = json.loads(path.read_text(encoding="utf-8"))
    rows = {
        "channel_order": (CHANNEL_ORDER, said["input"]["channel_order"]),
        "image_shape": ([1, *shape], said["input"]["shape"]),
        "mean": (_MEAN, said["normalize"]["mean"]),
        "std": (_STD, said["normalize"]["std"]),
        "padding": (PADDING, said["padding"]["side"]),
    }
    for what, (expected, found) in rows.items():
        yield _row(PREPROCESS_FILE, what, expected, found, "run again with --force verify")


def _transforms(listed: Any) -> dict[str, Any]:
    """Return PaddleOCR's list of transforms as one mapping, by their names."""
    transforms: dict[str, Any] = {}
    for item in listed if isinstance(listed, list) else ():
        transforms |= item if isinstance(item, dict) else {}
    return transforms


def _steps(place: str, transforms: Mapping[str, Any]) -> Iterator[Comparison]:
    """Compare the channel order, the way of resizing, the padding and the normalisation."""
    order: Any = ""
    if "DecodeImage" in transforms:
        order = at(transforms, "DecodeImage", "img_mode") or _DEFAULT_ORDER
    yield _row(place, "channel_order", CHANNEL_ORDER, order, _TRAIN_AGAIN)
    resize = next((name for name in transforms if name.endswith("ResizeImg")), "")
    yield _row(place, "resize", RESIZE, resize, _TRAIN_AGAIN)
    padded = at(transforms, resize, "padding") is not False
    yield _row(place, "padding", PADDING, (PADDING if padded else "none") if resize else "", "")
    normalised = "NormalizeImage" in transforms
    own = transforms.get("NormalizeImage") or {}
    for what, expected, default in (("mean", _MEAN, _IMAGENET[0]), ("std", _STD, _IMAGENET[1])):
        found: Any = own.get(what, default) if normalised else expected if resize else ""
        yield _row(place, what, expected, found, _TRAIN_AGAIN)


#: ``NormalizeImage`` without values of its own (ppocr/data/imaug/operators.py).
_IMAGENET = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])


def _row(place: str, what: str, expected: Any, found: Any, remedy: str) -> Comparison:
    pitfall = Pitfall.RGB_FOR_BGR if what == "channel_order" else Pitfall.OTHER_CONFIGURATION
    return Comparison(place, what, str(expected), str(found), "", pitfall, remedy or _TRAIN_AGAIN)


def _shape(value: Any) -> list[int]:
    whole = isinstance(value, list) and all(isinstance(size, int) for size in value)
    return list(value) if whole else []


def _declared(place: str, shape: list[int], declared: Sequence[int]) -> Comparison:
    """Compare a model's input [N, C, H, W]; what is only known at run time is any size."""
    if len(declared) != 4:
        return _shapes(place, shape, [], _OTHER_MODEL)
    pairs = zip(declared[1:], shape, strict=True)
    return _shapes(place, shape, [own if size < 0 else size for size, own in pairs], _OTHER_MODEL)


def _shapes(place: str, shape: list[int], found: list[int], remedy: str) -> Comparison:
    other_height = len(found) == 3 and found[1] != shape[1]
    pitfall = Pitfall.WRONG_HEIGHT if other_height else Pitfall.OTHER_CONFIGURATION
    return Comparison(
        place, "image_shape", str(shape), str(found) if found else "", "", pitfall, remedy
    )
