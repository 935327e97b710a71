"""Small networks of the kinds that PaddleOCR's configurations hold: built by its code, converted, compared.

``make architectures`` does the same with the whole networks (docs/architectures.md).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import paddle
import pytest

from stages import convert
from stages.errors import IntegrityError, StageError
from stages.ppocr.export_check import compare_parameters
from stages.ppocr.network import build, live_tensors
from stages.program.graph import Graph
from stages.program.params import read_program, read_tensors, write_parameters, write_program
from stages.program.prove import BOUND, prove_equal, run_all
from support.legacy import Recorded, context, save_legacy
from support.networks import CHARACTERS, drawn_images, settle

CLASSES = len(CHARACTERS) + 1
HEAD = {"name": "CTCHead"}
WIDE = [3, 48, 64]
RESHAPED = {"name": "SequenceEncoder", "encoder_type": "reshape"}
LSTM = {"name": "SequenceEncoder", "encoder_type": "rnn", "hidden_size": 8}
SVTR = {
    "Transform": None,
    "Backbone": {
        "name": "SVTRNet",
        **{"img_size": WIDE[1:], "out_char_num": 16, "out_channels": 16, "patch_merging": "Conv"},
        **{"embed_dim": [16, 16, 16], "depth": [1, 1, 1], "num_heads": [2, 2, 2]},
        **{"mixer": ["Conv", "Local", "Global"], "local_mixer": [[3, 3]] * 3},
        **{"prenorm": True, "last_stage": True},
    },
    "Neck": RESHAPED,
    "Head": HEAD,
}
MOBILE = {"name": "MobileNetV3", "scale": 0.35, "model_name": "small"}
TPS = {
    "Transform": {
        "name": "TPS", "num_fiducial": 20, "loc_lr": 0.1, "model_name": "small",
    },
    "Backbone": {**MOBILE, "small_stride": [1, 2, 2, 2]},
    "Neck": LSTM,
    "Head": HEAD,
}  # fmt: skip
ROSETTA = {
    "Transform": None,
    "Backbone": {"name": "ResNet", "layers": 18},
    "Neck": RESHAPED,
    "Head": HEAD,
}


def made(
    architecture: dict[str, Any], shape: list[int], folder: Path, width: int
) -> paddle.nn.Layer:
    """Build and settle a network, and save it as an export does, its input ``width`` wide (-1: any)."""
    paddle.seed(7)
    network = build({"model_type": "rec", **architecture}, CLASSES)
    settle(network, shape)
    save_legacy(network, folder, [-1, *shape[:2], width])
    return network


def files(folder: Path) -> dict[str, Path]:
    return {name: folder / f"inference.{name}" for name in ("pdmodel", "pdiparams")}


def compared(
    folder: Path, shape: list[int], within: float = 1e-3, agreeing: float = 1.0
) -> tuple[Recorded, dict[str, int]]:
    """Convert, hold the ``.nb`` against the PD model, and return the run with the rules that it took."""
    parameters = {"targets": ["x86"], "fp16": False, "image_shape": shape}
    run = context("convert", folder, files(folder), parameters)
    rules = dict(convert.run(run).rules)
    images = drawn_images(shape)
    expected = run_all("pd", tuple(files(folder).values()), images)
    found = run_all("nb", (run.output / "model_x86.nb",), images)
    assert max(float(np.abs(a - b).max()) for a, b in zip(expected, found, strict=True)) < within
    steps = [a.argmax(1) == b.argmax(1) for a, b in zip(expected, found, strict=True)]
    assert np.concatenate(steps).mean() >= agreeing
    assert len({a.argmax(1).tobytes() for a in expected}) > 1, "it says the same of every image"
    return run, rules


def test_a_network_of_one_width_behind_an_open_one_is_tried_with_the_projects(
    tmp_path: Path,
) -> None:
    """SVTRNet reshapes to the width that it was built for, as ch_PP-OCRv4_rec_svtr_large does."""
    network = made(SVTR, WIDE, tmp_path, -1)
    run, _ = compared(tmp_path, WIDE)
    assert run.warnings() == []
    exported = read_tensors(read_program(files(tmp_path)["pdmodel"]), files(tmp_path)["pdiparams"])
    assert any(name.startswith("eager_tmp") for name in exported), "the mask of its local attention"
    assert compare_parameters(network, exported).max_difference == 0.0
    mask = next(name for name in exported if name.startswith("eager_tmp"))
    with pytest.raises(IntegrityError, match=f"{mask}: not in the fused checkpoint"):
        compare_parameters(network, {**exported, mask: exported[mask] + 1.0})


def test_a_network_that_straightens_its_images_goes_all_the_way(tmp_path: Path) -> None:
    shape = [3, 32, 100]
    made(TPS, shape, tmp_path, 100)
    # Where it looks in the image it computes from an ill-conditioned matrix: rounding its weights moves
    # what it says by 2.6e-2 (docs/architectures.md), and of classes that are as likely, one for another.
    _, rules = compared(tmp_path, shape, within=3e-2, agreeing=0.95)
    assert rules["constants computed"] > 50


def test_a_resnet_without_recurrence_goes_all_the_way(tmp_path: Path) -> None:
    shape = [3, 32, 100]
    made(ROSETTA, shape, tmp_path, -1)
    compared(tmp_path, shape)


def test_only_parameters_that_do_nothing_may_be_missing_in_an_export() -> None:
    paddle.seed(7)
    network = build({"model_type": "rec", **ROSETTA}, CLASSES)
    network.backbone.idle = network.create_parameter([2, 2], attr=paddle.ParamAttr(name="idle.w_0"))
    whole = {name: np.asarray(tensor.numpy()) for name, tensor in live_tensors(network).items()}
    fewer = {name: array for name, array in whole.items() if name != "idle.w_0"}
    assert len(fewer) == len(whole) - 1
    assert compare_parameters(network, fewer, [3, 32, 100]).parameters == len(fewer)
    with pytest.raises(IntegrityError, match=r"idle\.w_0: not in the exported model"):
        compare_parameters(network, fewer)
    bias = next(name for name in fewer if name.endswith(".b_0"))
    less = {name: array for name, array in fewer.items() if name != bias}
    with pytest.raises(IntegrityError, match="not in the exported model"):
        compare_parameters(network, less, [3, 32, 100])
    again = {name: np.asarray(tensor.numpy()) for name, tensor in live_tensors(network).items()}
    assert all(np.array_equal(again[name], whole[name]) for name in whole)


class Loud(paddle.nn.Layer):
    """A convolution whose result is made ``factor`` times as loud: its rounding too."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        paddle.seed(3)
        self.convolution, self.factor = paddle.nn.Conv2D(3, 8, 7), factor

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        return paddle.transpose(paddle.flatten(self.convolution(x) * self.factor, 2), [0, 2, 1])


def moved(folder: Path, factor: float, by: float) -> tuple[tuple[Path, Path], tuple[Path, Path]]:
    """Return a model, and the same with its filter ``by`` larger."""
    original = save_legacy(Loud(factor), folder, [-1, 3, 48, 160])
    program = read_program(original[0])
    graph = Graph(program, read_tensors(program, original[1]))
    name = next(name for name, value in graph.parameters.items() if value.ndim == 4)
    graph.parameters[name] = graph.parameters[name] * np.float32(1 + by)
    other = folder / "moved.pdmodel", folder / "moved.pdiparams"
    write_program(other[0], graph.program())
    write_parameters(other[1], graph.used_parameters())
    return original, other


def test_a_rule_is_not_blamed_for_what_rounding_does(tmp_path: Path) -> None:
    proof = prove_equal(*moved(tmp_path, 1e5, 1e-7), [(3, 48, 160)], 1)
    assert proof.difference > BOUND, "nothing was asked of the bound"
    assert proof.difference <= 2 * proof.rounding


def test_a_rule_is_blamed_for_what_rounding_does_not(tmp_path: Path) -> None:
    with pytest.raises(StageError, match="differs from the original by") as caught:
        prove_equal(*moved(tmp_path, 1.0, 1e-2), [(3, 48, 160)], 1)
    assert "a fault of a rewriting rule" in caught.value.remedy
