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
from stages.contract.artifacts import DESCRIPTION, PREPROCESS
from stages.errors import StageError
from stages.guards.buffer import read_buffer
from stages.guards.comparison import Comparison
from stages.message import msg
from stages.pitfalls import Pitfall
from stages.ppocr.architectures import exported_height
from stages.ppocr.transforms import RESIZE_NORM_IMG, Preparation, read_transforms
from stages.program.signature import read_signature
from stages.runtime import Context
from stages.text.documents import read_document
from stages.text.yaml import at

#: What this project does, in the words of :class:`Preparation`.
_WANTED = {
    "channel_order": "BGR",
    "resize": RESIZE_NORM_IMG,
    "padding": "right",
    "mean": str([preprocess.MEAN] * 3),
    "std": str([preprocess.STD] * 3),
}

_TRAIN_AGAIN = msg("train again with this project's values, or give the project the training's")
_VERIFY_AGAIN = msg("run again with --force verify")
_OTHER_MODEL = msg("give the model that was exported for this project's image_shape, or change it")


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
        return list(_places(context, shape))


def _places(context: Context, shape: Sequence[int]) -> Iterator[Comparison]:
    if context.has("config"):
        yield from in_configuration(read_document(context.input("config")), shape)
    if context.has("description"):
        yield from in_description(read_document(context.input("description")), shape)
    if context.has("pdmodel"):
        yield in_program(context.input("pdmodel"), shape)
    for variant in context.variants:
        yield in_buffer(variant.model, context.input(variant.model), shape)
    if (context.output / PREPROCESS).is_file():
        yield from in_hand_off(context.output / PREPROCESS, shape)


def in_configuration(config: Mapping[str, Any], shape: Sequence[int]) -> Iterator[Comparison]:
    """Compare with the ``Eval`` transforms of a training's configuration."""
    place = msg("training configuration")
    found = read_transforms(at(config, "Eval", "dataset", "transforms"))
    yield from _steps(place, found)
    yield _shapes(place, shape, found.image_shape, _TRAIN_AGAIN)


def in_description(description: Mapping[str, Any], shape: Sequence[int]) -> Iterator[Comparison]:
    """Compare with the transforms of an ``inference.yml``.

    Of its shape only the height binds: PaddleOCR's own inference takes any width.
    """
    place = DESCRIPTION
    found = read_transforms(at(description, "PreProcess", "transform_ops"))
    yield from _steps(place, found)
    height = str(found.image_shape[1]) if found.image_shape else ""
    yield Comparison(place, "height", str(shape[1]), height, "", Pitfall.WRONG_HEIGHT, _OTHER_MODEL)


def in_architecture(architecture: Mapping[str, Any], shape: Sequence[int]) -> Comparison:
    """Compare with the height that an export of this architecture will declare."""
    height = exported_height(architecture)
    remedy = msg("set image_shape = [{shape}, {height}, {shape2}]", shape[0], height, shape[2])
    found, pitfall = "" if height is None else str(height), Pitfall.WRONG_HEIGHT
    return Comparison(
        msg("PaddleOCR's export"), "height", str(shape[1]), found, "", pitfall, remedy
    )


def in_program(pdmodel: Path, shape: Sequence[int]) -> Comparison:
    """Compare with the shape that a PD model's input is declared with."""
    try:
        declared = read_signature(pdmodel).input_shape
    except StageError:  # what cannot be read cannot be run either, which is measured next
        declared = ()
    return declared_shape("pd", shape, declared)


def in_buffer(name: str, nb: Path, shape: Sequence[int]) -> Comparison:
    """Compare with the shape that a ``.nb`` model's input is declared with."""
    found = read_buffer(nb)
    return declared_shape(name, shape, found.input_shape if found else ())


def in_hand_off(path: Path, shape: Sequence[int]) -> Iterator[Comparison]:
    """Compare with the ``preprocess.json`` that ships."""
    said = json.loads(path.read_text(encoding="utf-8"))
    found = {
        "channel_order": said["input"]["channel_order"],
        "padding": said["padding"]["side"],
        "mean": said["normalize"]["mean"],
        "std": said["normalize"]["std"],
    }
    for what, there in found.items():
        yield _row(PREPROCESS, what, _WANTED[what], str(there), _VERIFY_AGAIN)
    yield _shapes(PREPROCESS, shape, said["input"]["shape"][1:], _VERIFY_AGAIN)


def _steps(place: str, found: Preparation) -> Iterator[Comparison]:
    """Compare everything but the shape."""
    for what, expected in _WANTED.items():
        yield _row(place, what, expected, str(getattr(found, what)), _TRAIN_AGAIN)


def _row(place: str, what: str, expected: str, found: str, remedy: str) -> Comparison:
    pitfall = Pitfall.RGB_FOR_BGR if what == "channel_order" else Pitfall.OTHER_CONFIGURATION
    return Comparison(place, what, expected, found, "", pitfall, remedy)


def declared_shape(place: str, shape: Sequence[int], declared: Sequence[int]) -> Comparison:
    """Compare a model's declared input [N, C, H, W]; what is only known at run time is any size."""
    if len(declared) != 4:
        return _shapes(place, shape, (), _OTHER_MODEL)
    pairs = zip(declared[1:], shape, strict=True)
    return _shapes(place, shape, [own if size < 0 else size for size, own in pairs], _OTHER_MODEL)


def _shapes(place: str, shape: Sequence[int], found: Sequence[int], remedy: str) -> Comparison:
    other_height = len(found) == 3 and found[1] != shape[1]
    pitfall = Pitfall.WRONG_HEIGHT if other_height else Pitfall.OTHER_CONFIGURATION
    expected, there = str(list(shape)), str(list(found)) if found else ""
    return Comparison(place, "image_shape", expected, there, "", pitfall, remedy)
