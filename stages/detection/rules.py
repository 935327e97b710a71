"""How a detection model wants its pages, and how its map becomes boxes: what its inference.yml says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stages.contract.artifacts import DESCRIPTION
from stages.errors import StageError
from stages.message import msg
from stages.text.printable import printable
from stages.text.yaml import at

METHOD = "DBPostProcess"
#: ``NormalizeImage`` writes its scale as a formula (ppocr/data/imaug/operators.py evaluates it).
_FORMULA = re.compile(r"\s*1\.?0?\s*/\s*(\d{1,4})\.?0?\s*")
_REMEDY = msg(
    "give the inference.yml that the official model comes with, or that PaddleOCR exported"
)

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Rules:
    """Numbers of preparing and of DB's postprocessing.

    The defaults are what PaddleOCR's own inference takes for a model that says nothing
    (tools/infer/predict_det.py and utility.py). ``mean`` and ``std`` are in the order of the image's
    channels, blue first: PaddleOCR applies ImageNet's numbers, which are red first, to them as they are.
    """

    scale: float = 1 / 255
    mean: Triple = (0.485, 0.456, 0.406)
    std: Triple = (0.229, 0.224, 0.225)
    threshold: float = 0.3
    box_threshold: float = 0.6
    max_candidates: int = 1000
    unclip_ratio: float = 1.5


def read_rules(description: Mapping[str, Any] | None) -> Rules:
    """Return what an ``inference.yml`` says; PaddleOCR's defaults where there is none.

    Raises:
        StageError: it wants what this project does not do, or says no number where one belongs.
    """
    if description is None:
        return Rules()
    transforms = transforms_of(description)
    _refuse_other_steps(transforms)
    normalise = _mapping(transforms.get("NormalizeImage"))
    decode = _mapping(at(description, "PostProcess"))
    if decode.get("name", METHOD) != METHOD:
        raise _unknown("PostProcess.name", decode["name"], METHOD)
    default = Rules()
    return Rules(
        _scale(normalise.get("scale", default.scale)),
        _triple("mean", normalise.get("mean", default.mean)),
        _triple("std", normalise.get("std", default.std)),
        _number("thresh", decode.get("thresh", default.threshold)),
        _number("box_thresh", decode.get("box_thresh", default.box_threshold)),
        int(_number("max_candidates", decode.get("max_candidates", default.max_candidates))),
        _number("unclip_ratio", decode.get("unclip_ratio", default.unclip_ratio)),
    )


def transforms_of(description: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of ``PreProcess.transform_ops`` by the transform's name."""
    listed = at(description, "PreProcess", "transform_ops")
    items = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    return {str(name): options for item in items for name, options in item.items()}


def _refuse_other_steps(transforms: Mapping[str, Any]) -> None:
    """Refuse what would need another preparation than this project's."""
    mode = _mapping(transforms.get("DecodeImage")).get("img_mode", "BGR")
    if mode != "BGR":
        raise _unknown("DecodeImage.img_mode", mode, "BGR")
    order = _mapping(transforms.get("NormalizeImage")).get("order", "hwc")
    if order != "hwc":
        raise _unknown("NormalizeImage.order", order, "hwc")


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _scale(value: Any) -> float:
    found = _FORMULA.fullmatch(value) if isinstance(value, str) else None
    return 1 / int(found[1]) if found and int(found[1]) else _number("scale", value)


def _triple(name: str, value: Any) -> Triple:
    if not isinstance(value, (list, tuple)) or len(value) != 3:
        raise _unknown(name, value, msg("three numbers"))
    one, two, three = (_number(name, item) for item in value)
    return one, two, three


def _number(name: str, value: Any) -> float:
    """Return a number over 0; a threshold, a deviation or a ratio of 0 makes no sense."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1e6:
        raise _unknown(name, value, msg("a number over 0"))
    return float(value)


def _unknown(what: str, found: object, allowed: str) -> StageError:
    said = printable(str(found))
    message = msg("inference.yml says {what}: {said}; allowed is {allowed}", what, said, allowed)
    return StageError(message, DESCRIPTION, _REMEDY)
