from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import paddle
import pytest
from paddle import nn
from paddle.nn import functional

from stages.errors import StageError
from stages.pir.operators import TRANSLATIONS
from stages.pir.program import read_program
from stages.pir.replay import replay
from stages.program.params import read_program as read_legacy
from support.legacy import new_folder, official
from support.pir import difference, edit, save_pir, take_over

SIZE = 8
IMAGE = np.random.default_rng(1).uniform(-2, 2, (1, 3, SIZE, SIZE)).astype(np.float32)


class Elementwise(nn.Layer):
    """Activations and arithmetic, each on what the one before made."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = self.create_parameter([3, 1, 1])
        self.norm = nn.LayerNorm(SIZE)

    def forward(self, x: Any) -> Any:
        x = (x + self.weight) * 2.5 - self.weight
        x = x / (self.weight * self.weight + 1.0) * x
        for act in (functional.swish, functional.silu, functional.gelu, functional.hardswish):
            x = x + act(x)
        x = functional.leaky_relu(x, 0.1) + functional.relu6(x) + functional.relu(x)
        x = functional.sigmoid(x) + functional.hardsigmoid(x, 0.2, 0.4) + paddle.tanh(x)
        x = functional.dropout(paddle.assign(x), 0.3, training=self.training)
        x = paddle.matmul(self.norm(x), x, transpose_y=True)
        return functional.softmax(x, axis=2) + paddle.mean(x, axis=[2, 3], keepdim=True)


class Convolutions(nn.Layer):
    """What works on feature maps: half the size, twice the size, and back."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2D(3, 8, 3, stride=2, padding=1)
        self.depthwise = nn.Conv2D(8, 8, 3, padding="SAME", groups=8)
        self.norm = nn.BatchNorm2D(8)
        self.larger = nn.Conv2DTranspose(8, 8, 3, stride=2, padding=1, output_padding=1)
        self.spread = nn.Conv2DTranspose(8, 8, 2, stride=2, groups=8)

    def forward(self, x: Any) -> Any:
        x = self.larger(self.norm(self.depthwise(self.first(x))))
        x = functional.max_pool2d(self.spread(x), 2) * functional.adaptive_avg_pool2d(x, 1)
        x = functional.avg_pool2d(x, 3, stride=1, padding=1)
        nearest = functional.interpolate(x, scale_factor=2, mode="nearest")
        return nearest + functional.interpolate(x, size=[2 * SIZE, 2 * SIZE], mode="bilinear")


class Shapes(nn.Layer):
    """Sizes known and unknown, parts taken out and put together."""

    def __init__(self) -> None:
        super().__init__()
        self.bias = self.create_parameter([3])

    def forward(self, x: Any) -> Any:
        x = x + paddle.reshape(self.bias, [1, -1, 1, 1])
        x = paddle.reshape(x, [paddle.shape(x)[0], 3, SIZE, -1])
        x = paddle._C_ops.reshape(x, paddle._C_ops.shape(x))  # as Paddle 3.0 took a shape
        x = paddle.transpose(paddle.flatten(x, 2), [0, 2, 1])
        x = paddle.squeeze(paddle.unsqueeze(x, 1) * 3.0, 1)
        x = paddle.stack([x, x * 2.0], axis=1)
        x = paddle.concat([x[:, 0], x[:, 1, :, :2]], axis=2)
        first, second, third = paddle.split(x, [1, 3, -1], axis=2)
        x = paddle.concat([third, *paddle.split(second * 2.0, 3, axis=2), first], axis=2)
        return paddle.reshape(x, [0, -1, 5])


class Recurrent(nn.Layer):
    """An LSTM in both directions; its first state's size is known at run time only."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(3 * SIZE, 4, num_layers=2, direction="bidirectional")

    def forward(self, x: Any) -> Any:
        read, _ = self.lstm(paddle.transpose(paddle.flatten(x, 1, 2), [0, 2, 1]))
        return read


NETWORKS: dict[str, tuple[Callable[[], nn.Layer], list[int]]] = {
    "elementwise": (Elementwise, [-1, 3, SIZE, SIZE]),
    "convolutions": (Convolutions, [-1, 3, SIZE, SIZE]),
    "shapes": (Shapes, [-1, 3, SIZE, -1]),
    "recurrent": (Recurrent, [-1, 3, SIZE, -1]),
}


@lru_cache(maxsize=len(NETWORKS))
def saved(name: str) -> Path:
    """Save a network with seeded weights."""
    paddle.seed(1)
    layer, shape = NETWORKS[name]
    with paddle.utils.unique_name.guard():
        return save_pir(layer(), new_folder(), shape)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_legacy_model_computes_what_the_pir_model_does(name: str) -> None:
    _, files = take_over(saved(name))
    assert difference(saved(name), files, IMAGE) < 1e-6


def test_every_translation_is_tried() -> None:
    programs = [read_program(saved(name) / "inference.json") for name in NETWORKS]
    seen = {operator.name for program in programs for operator in program.operators}
    assert set(TRANSLATIONS) - seen == set()


def test_parameters_keep_their_names_and_the_program_is_the_same_each_time() -> None:
    program, files = take_over(saved("convolutions"))
    written = files[0].read_bytes()
    legacy = read_legacy(files[0])
    kept = {item.name for item in legacy.blocks[0].vars if item.persistable}
    assert kept == {*program.shapes(), "feed", "fetch"}
    assert take_over(saved("convolutions"))[1][0].read_bytes() == written


def copy(name: str, folder: Path) -> Path:
    for path in saved(name).glob("inference.*"):
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def test_all_unknown_operators_are_named_with_their_places(tmp_path: Path) -> None:
    def exchange(operators: list[dict[str, Any]]) -> None:
        for operator in operators:
            if operator["#"] in ("1.gelu", "1.tanh"):
                operator["#"] = f"{operator['#']}_new"

    edit(copy("elementwise", tmp_path), exchange)
    with pytest.raises(
        StageError, match=r"cannot be translated: pd_op.gelu_new, pd_op.tanh_ne"
    ) as e:
        replay(read_program(tmp_path / "inference.json"))
    assert "makes %" in e.value.message
    assert "reads pd_op.add, read by pd_op.add" in e.value.message
    assert "conv2d, depthwise_conv2d" in e.value.remedy
    assert "(pd_op.gelu_new)" in e.value.where


def test_a_known_operator_in_an_unknown_form_is_named(tmp_path: Path) -> None:
    def train(operators: list[dict[str, Any]]) -> None:
        for operator in operators:
            if operator["#"] == "1.batch_norm_":
                operator["A"][0]["AT"]["D"] = False

    edit(copy("convolutions", tmp_path), train)
    with pytest.raises(StageError, match=r"pd_op.batch_norm_ .*its attribute is_test is False"):
        replay(read_program(tmp_path / "inference.json"))


def test_a_shape_that_the_model_does_not_say_is_refused(tmp_path: Path) -> None:
    """A translation that went wrong shows in the shapes before anything is run."""

    def widen(operators: list[dict[str, Any]]) -> None:
        for operator in operators:
            if operator["#"] == "1.conv2d":
                operator["A"][0]["AT"]["D"][0]["D"] = 4

    edit(copy("convolutions", tmp_path), widen)
    with pytest.raises(StageError, match=r"it makes the shape \[-1, 8, 2, 4\], the model says"):
        replay(read_program(tmp_path / "inference.json"))


@pytest.mark.parametrize("name", ["PP-OCRv5_mobile_rec", "PP-OCRv5_mobile_det"])
def test_official_models_have_only_known_operators(name: str) -> None:
    legacy = replay(read_program(official(name) / "inference.json"))
    assert len(legacy.blocks[0].ops) > 300
