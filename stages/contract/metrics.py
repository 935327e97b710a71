"""What each stage says of its work in ``result.json``: frozen, and the same names on both sides."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from stages.contract.codec import decode, encode

_Metrics = TypeVar("_Metrics", bound="Metrics")


@dataclass(frozen=True)
class Metrics:
    """What the metrics of all stages can do."""

    @classmethod
    def from_json(cls: type[_Metrics], raw: Mapping[str, Any]) -> _Metrics:
        """Read what :meth:`dump` returned.

        Raises:
            DocumentError: they are not made as the class says.
        """
        return decode(cls, dict(raw), cls.__name__)

    def dump(self) -> dict[str, Any]:
        """Return them as ``result.json`` holds them."""
        made: dict[str, Any] = encode(self)
        return made


@dataclass(frozen=True)
class ImageCounts:
    """Of ``data``: how many lines have an image that not every program reads the same way, or nothing on it.

    ``turned``: by its EXIF orientation; ``flattened``: it is transparent in places; ``deep``: more than 8
    bits a channel; ``frames``: several frames or pages.
    """

    turned: int = 0
    flattened: int = 0
    deep: int = 0
    frames: int = 0
    one_colour: int = 0


#: The share of lines that may be wider than the model without a word.
SQUEEZED_SHARE = 0.01
_WIDTH_STEP = 32


def fitting_width(widths: Sequence[float]) -> int:
    """Return the width, in steps of 32 pixels, at which hardly any line is squeezed.

    Args:
        widths: of the lines' images at the model's height; at least one.
    """
    spared = int(len(widths) * SQUEEZED_SHARE)
    return math.ceil(sorted(widths)[-1 - spared] / _WIDTH_STEP) * _WIDTH_STEP


@dataclass(frozen=True)
class LineCounts:
    """Of ``data``, of recognition: how the lines' images and texts suit the model.

    ``squeezed``: wider than the model's width at its height; ``widest``: the widest there, in pixels;
    ``fitting_width``: of an image_shape that squeezes hardly any; ``upright``: higher than wide; ``tiny``: a
    few pixels high; ``placeholders``: texts by which tools mark what nobody has read; ``commonest``: lines
    with the most frequent text; ``texts``: different ones.
    """

    widest: int
    fitting_width: int
    texts: int
    commonest: int
    squeezed: int = 0
    upright: int = 0
    tiny: int = 0
    placeholders: int = 0


@dataclass(frozen=True)
class DataMetrics(Metrics):
    """Of ``data``: lines by split, and what the task counts in its labels.

    ``leaked`` is how many images are in two splits or more, ``duplicates`` how many repeat another one.
    ``odd_classes`` is, by kind, what is odd about the dictionary of a trained model; ``lowered`` is how
    many labels had capitals, where the dictionary is PaddleOCR's default.
    """

    lines: Mapping[str, int]
    duplicates: int
    leaked: int
    characters: int | None = None
    classes: int | None = None
    longest_text: int | None = None
    odd_classes: Mapping[str, int] | None = None
    lowered: int | None = None
    boxes: Mapping[str, int] | None = None
    ignored: Mapping[str, int] | None = None
    orientations: Mapping[str, int] | None = None
    images: ImageCounts = ImageCounts()
    shape: LineCounts | None = None


@dataclass(frozen=True)
class FeatureCount:
    """Of mode frozen: the backbone's features of images, computed or found in the cache."""

    images: int
    computed: int
    cached: int
    images_per_s: float | None = None


@dataclass(frozen=True)
class TrainMetrics(Metrics):
    """Of ``train``: the kept checkpoint on the validation set, and how training went.

    ``learned`` is, by part of the network, how many of its ``parameters`` training changed; None if the
    starting weights are not known.
    """

    accuracy: float
    ned: float
    best_epoch: int
    epochs: int
    epochs_run: int
    stopped_because: str
    samples_per_s: float
    start_val_loss: float | None = None
    first_train_loss: float | None = None
    start_max_difference: float | None = None
    features: FeatureCount | None = None
    learned: Mapping[str, int] | None = None
    parameters: Mapping[str, int] | None = None


@dataclass(frozen=True)
class ExportMetrics(Metrics):
    """Of ``export``: how the PD model was held against what it was made of.

    ``images_compared`` and ``strings_equal`` are there if that was a PIR model; the latter if it reads.
    """

    operators: int
    parameters_compared: int
    max_difference: float
    operators_replayed: int | None = None
    images_compared: int | None = None
    strings_equal: int | None = None


@dataclass(frozen=True)
class ConvertMetrics(Metrics):
    """Of ``convert``: what was rewritten (``needed``: without which ``opt`` or its file aborts).

    ``given`` has the targets whose NB file the project brought along.
    """

    operators_before: int
    operators_after: int
    rules: Mapping[str, int]
    needed: Mapping[str, int]
    opt_version: str
    simplified_max_difference: float
    given: tuple[str, ...] = ()


@dataclass(frozen=True)
class QuantizeMetrics(Metrics):
    """Of ``quantize``, by kind of weights: how many tensors were rounded, which costs most, and how much.

    ``images`` of *train* were weighed with; a loss is the error's share in the energy of a layer's output.
    """

    images: int
    tensors: Mapping[str, int]
    worst: Mapping[str, str]
    worst_loss: Mapping[str, float]


@dataclass(frozen=True)
class VerifyMetrics(Metrics):
    """Of ``verify``: each measured model's score, which is detection's hmean and else the accuracy.

    ``as_pd``: on how many images each of them finds what its reference finds; none if PD was not measured.
    """

    images: int
    accuracy: Mapping[str, float] | None = None
    hmean: Mapping[str, float] | None = None
    as_pd: Mapping[str, int] | None = None
