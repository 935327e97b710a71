"""The parts that the host knows PaddleOCR to have are those that it has, and what it lacks is named."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from stages.errors import StageError
from stages.ppocr.architectures.lcnetv3 import V5_MOBILE
from stages.ppocr.location import use_paddleocr
from stages.ppocr.network import build
from stages.ppocr.parts import PARTS, unknown_parts

NONE = "NoSuchPart"


def refused(build_part: Callable[..., Any], *arguments: Any, **named: Any) -> str:
    """Return what PaddleOCR says when it is asked for a part that it has not."""
    with pytest.raises((AssertionError, NotImplementedError)) as caught:
        build_part(*arguments, **named)
    return str(caught.value)


@pytest.mark.parametrize(
    ("part", "arguments"),
    [("Transform", ()), ("Backbone", ("rec",)), ("Neck", ()), ("Head", ())],
)
def test_parts_are_those_of_the_images_paddleocr(part: str, arguments: tuple[str, ...]) -> None:
    use_paddleocr()
    module = importlib.import_module(f"ppocr.modeling.{part.lower()}s")
    said = refused(getattr(module, f"build_{part.lower()}"), {"name": NONE}, *arguments)
    assert set(re.findall(r"'(\w+)'", said)) | {"DRRGHead"} & PARTS[part] == PARTS[part]


def test_encoders_and_branches_are_those_of_the_images_paddleocr() -> None:
    use_paddleocr()
    necks = importlib.import_module("ppocr.modeling.necks.rnn")
    said = refused(necks.SequenceEncoder, 8, encoder_type=NONE)
    assert set(re.findall(r"'(\w+)'", said)) == PARTS["encoder_type"]
    heads = importlib.import_module("ppocr.modeling.heads.rec_multi_head")
    source = Path(str(heads.__file__)).read_text(encoding="utf-8")
    assert set(re.findall(r'name == "(\w+)"', source)) == PARTS["head_list"]
    assert NONE in refused(heads.MultiHead, 8, {}, head_list=[{NONE: {}}, {NONE: {}}])


def exchanged(part: str, **changes: Any) -> dict[str, Any]:
    architecture = deepcopy(V5_MOBILE.ctc())
    architecture[part] = {**architecture[part], **changes}
    return architecture


@pytest.mark.parametrize(
    ("part", "changes", "name"),
    [
        ("Backbone", {"name": "PPLCNetV4"}, "PPLCNetV4"),
        ("Backbone", {"name": "PPHGNetV2_B4", "text_rec": True}, r"PPHGNetV2_B4\(text_rec\)"),
        ("Neck", {"encoder_type": "lightsvtr"}, "lightsvtr"),
        ("Head", {"name": "NewHead"}, "NewHead"),
    ],
)
def test_a_part_that_cannot_be_built_is_named(
    part: str, changes: dict[str, Any], name: str
) -> None:
    """Also where the host did not say so, because the images are of the user's own sources."""
    architecture = exchanged(part, **changes)
    assert list(unknown_parts(architecture))
    with pytest.raises(StageError, match=f"the network's {part}, {name}") as caught:
        build(architecture, 37)
    assert "give it as [export] model" in caught.value.remedy
    assert not re.search(r"Error|Exception|support", caught.value.message)


def test_of_what_can_be_built_nothing_is_unknown() -> None:
    assert list(unknown_parts(V5_MOBILE.training(25))) == []
    build(V5_MOBILE.ctc(), 3)
