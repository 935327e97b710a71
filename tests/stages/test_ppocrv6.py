"""PP-OCRv6 all the way: a PIR model of its operators is taken over, converted and compared.

The weights are seeded, so a model reads nothing; what is proved is that the legacy model and the
``.nb`` compute what the PIR model does, and that ``inference.yml`` is understood as it is written.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import paddle
import pytest
import yaml
from paddle import nn

from stages import convert, export, verify
from stages.errors import StageError
from stages.pir.program import read_program
from stages.preprocess import read_image
from stages.program.graph import Graph
from stages.program.params import read_program as read_legacy
from stages.published.files import DESCRIPTION, PROGRAM
from stages.tasks import BY_NAME
from support.legacy import ALPHANUMERIC, context, draw_lines, new_folder, write_alphanumeric
from support.pages import PAGE_SHAPE, drawn
from support.pir import save_pir
from support.ppocrv6 import Detection, Recognition, centre, detection, recognition

#: Half as wide as PP-OCRv6 has it, which the words do not fill.
SHAPE = (3, 48, 160)
WORDS = ("A1B2", "XYZ9", "HELLO7", "42")
_DECODE = {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}}
_LINE_STEPS = [
    _DECODE,
    {"MultiLabelEncode": {"gtc_encode": "NRTRLabelEncode"}},
    {"RecResizeImg": {"image_shape": list(SHAPE)}},
    {"KeepKeys": {"keep_keys": ["image", "label_ctc", "label_gtc", "length", "valid_ratio"]}},
]
#: Where v5 says ``resize_long``, v6 says nothing.
_PAGE_STEPS = [
    _DECODE,
    {"DetLabelEncode": None},
    {"DetResizeForTest": None},
    {
        "NormalizeImage": {
            "mean": [0.485, 0.456, 0.406],
            "std": [0.229, 0.224, 0.225],
            "scale": "1./255.",
            "order": "hwc",
        }
    },
    {"ToCHWImage": None},
    {"KeepKeys": {"keep_keys": ["image", "shape", "polys", "ignore_tags"]}},
]
_CTC = {"name": "CTCLabelDecode", "character_dict": list(ALPHANUMERIC)}
_DB = {
    "name": "DBPostProcess",
    "thresh": 0.2,
    "box_thresh": 0.4,
    "max_candidates": 3000,
    "unclip_ratio": 1.4,
}


def small_line() -> nn.Layer:
    return Recognition(recognition((8, 16), (24, 32), branches=True), 37, neck=24)


def tiny_line() -> nn.Layer:
    return Recognition(recognition((8, 16), (24, 32), branches=False), 37, dense=20)


def small_page() -> nn.Layer:
    return Detection(detection((8, 16), (24, 32, 40)), 24, kernel=7)


def tiny_page() -> nn.Layer:
    return Detection(detection((8, 16), (24, 32, 40)), 24, kernel=5)


NETWORKS: dict[str, Callable[[], nn.Layer]] = {
    "PP-OCRv6_small_rec": small_line,
    "PP-OCRv6_tiny_rec": tiny_line,
    "PP-OCRv6_small_det": small_page,
    "PP-OCRv6_tiny_det": tiny_page,
}
#: What each network has that PP-OCRv5's has not, or has in another place.
OPERATORS = {
    "PP-OCRv6_small_rec": ("gelu", "layer_norm", "batch_norm_", "shape64", "stack", "mean"),
    "PP-OCRv6_tiny_rec": ("gelu", "mean", "hardsigmoid"),
    "PP-OCRv6_small_det": ("gelu", "mean", "hardsigmoid", "nearest_interp", "conv2d_transpose"),
    "PP-OCRv6_tiny_det": ("gelu", "mean", "hardsigmoid", "nearest_interp", "conv2d_transpose"),
}


def reads(name: str) -> bool:
    return name.endswith("_rec")


def _inputs(name: str) -> np.ndarray:
    """Return the test images as the network takes them."""
    paths = sorted(images(name)["test"].glob("*.png"))
    prepare = BY_NAME["recognition" if reads(name) else "detection"].module("stages.*.prepare")
    ready = prepare.preparation(parameters(name)["image_shape"])
    return np.stack([ready(read_image(path)) for path in paths])


@lru_cache(maxsize=len(NETWORKS))
def published(name: str) -> Path:
    """Save a network as an official model is: program, parameters and ``inference.yml``."""
    paddle.seed(6)
    layer = NETWORKS[name]()
    centre(layer, _inputs(name))
    folder = save_pir(layer, new_folder(), [-1, 3, 48, -1] if reads(name) else [-1, 3, -1, -1])
    description = {
        "Global": {"model_name": name},
        "PreProcess": {"transform_ops": _LINE_STEPS if reads(name) else _PAGE_STEPS},
        "PostProcess": _CTC if reads(name) else _DB,
    }
    text = yaml.safe_dump(description, allow_unicode=True, sort_keys=False)
    (folder / DESCRIPTION).write_text(text, encoding="utf-8")
    return folder


@lru_cache(maxsize=1)
def words() -> dict[str, Path]:
    folder = new_folder()
    write_alphanumeric(folder / "dict.txt")
    return {**draw_lines(folder, WORDS), "dict": folder / "dict.txt"}


def images(name: str) -> dict[str, Path]:
    if reads(name):
        return words()
    return {"test": drawn() / "test", "test_labels": drawn() / "test.txt"}


def parameters(name: str) -> dict[str, Any]:
    if reads(name):
        return {"task": "recognition", "image_shape": list(SHAPE), "use_space_char": False}
    return {"task": "detection", "image_shape": list(PAGE_SHAPE)}


@dataclass(frozen=True)
class Done:
    """What the three stages left and measured of one network."""

    exported: dict[str, Any]
    converted: dict[str, Any]
    conversion: Path
    verification: Path

    def document(self, name: str) -> dict[str, Any]:
        read: dict[str, Any] = json.loads((self.verification / name).read_text(encoding="utf-8"))
        return read

    def models(self) -> dict[str, dict[str, Any]]:
        return {model["name"]: model for model in self.document("parity.json")["models"]}


@lru_cache(maxsize=len(NETWORKS))
def done(name: str) -> Done:
    """Run export, convert and verify once for all tests that look at the result."""
    given, settings = {"pir": published(name), **images(name)}, parameters(name)
    first = context("export", new_folder(), given, settings)
    exported = export.run(first).dump()
    pd = {kind: first.output / f"inference.{kind}" for kind in ("pdmodel", "pdiparams")}
    targets = {**settings, "targets": ["arm", "x86"], "fp16": False}
    second = context("convert", new_folder(), pd, targets)
    converted = convert.run(second).dump()
    buffers = {f"nb-{target}": second.output / f"model_{target}.nb" for target in ("arm", "x86")}
    said = {"description": first.output / DESCRIPTION}
    third = context("verify", new_folder(), {**given, **pd, **said, **buffers}, settings)
    verify.run(third)
    return Done(exported, converted, second.output, third.output)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_network_has_the_operators_that_are_new(name: str) -> None:
    found = Counter(item.name for item in read_program(published(name) / PROGRAM).operators)
    assert [kind for kind in OPERATORS[name] if not found[kind]] == []


@pytest.mark.parametrize("name", NETWORKS)
def test_it_is_taken_over_as_it_computes(name: str) -> None:
    exported = done(name).exported
    assert exported["max_difference"] < 1e-4
    assert exported["images_compared"] == len(WORDS) if reads(name) else 3
    assert exported.get("strings_equal") == (len(WORDS) if reads(name) else None)


@pytest.mark.parametrize("name", NETWORKS)
def test_both_targets_get_their_file_with_every_tensor_traced(name: str) -> None:
    conversion = done(name).conversion
    lineage = json.loads((conversion / "lineage.json").read_text(encoding="utf-8"))
    assert [step["to"] for step in lineage["steps"]] == ["lite", "nb-arm", "nb-x86"]
    program = Graph(read_legacy(conversion / "lite.pdmodel"), {})
    kinds = {operator.type for operator in program.operators}
    assert "gelu" in kinds and "dropout" not in kinds
    assert done(name).converted["simplified_max_difference"] < 1e-5


@pytest.mark.parametrize("name", NETWORKS)
def test_the_nb_says_of_every_image_what_the_pir_model_says(name: str) -> None:
    models = done(name).models()
    assert list(models) == ["pir", "pd", "nb-x86", "nb-arm"]
    for place in ("pir", "pd", "nb-x86"):
        assert models[place]["status"] == "measured", models[place]
        assert models[place]["agreement"] == 1.0
        assert models[place]["max_abs_diff"] < 1e-4
    assert models["nb-arm"]["status"] == "emulated", models["nb-arm"]
    assert models["nb-arm"]["agreement"] == 1.0


@pytest.mark.parametrize("name", NETWORKS)
def test_the_models_are_no_constants(name: str) -> None:
    """Equal readings prove something only where images are read differently."""
    for row in done(name).document("evidence.json")["sanity"]:
        assert row["distinct_readings"] == (len(WORDS) if reads(name) else 3), row


def test_a_detection_models_own_thresholds_are_delivered() -> None:
    decode = done("PP-OCRv6_tiny_det").document("preprocess.json")["decode"]
    said = ("threshold", "box_threshold", "max_candidates", "unclip_ratio")
    assert [decode[name] for name in said] == [0.2, 0.4, 3000, 1.4]


def newer(folder: Path, name: str, version: int) -> Path:
    """Return the program as a newer Paddle would have written it."""
    document = json.loads((published(name) / PROGRAM).read_text(encoding="utf-8"))
    document["base_code"]["version"] = version
    (folder / PROGRAM).write_text(json.dumps(document), encoding="utf-8")
    return folder / PROGRAM


@pytest.mark.parametrize(
    ("name", "version"),
    [("PP-OCRv6_small_rec", 3), ("PP-OCRv6_small_rec", 4), ("PP-OCRv6_small_det", 3)],
)
def test_what_paddle_3_2_and_3_3_write_is_read(tmp_path: Path, name: str, version: int) -> None:
    program = read_program(newer(tmp_path, name, version))
    assert program.operators == read_program(published(name) / PROGRAM).operators


def test_what_only_paddle_3_3_can_run_is_refused_by_name(tmp_path: Path) -> None:
    path = newer(tmp_path, "PP-OCRv6_small_det", 4)
    with pytest.raises(StageError, match=r"cannot run its pd_op\.nearest_interp") as caught:
        read_program(path)
    assert "3.2" in caught.value.remedy
