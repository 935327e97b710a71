"""A ``.nb`` file read back and run by Paddle computes what Paddle-Lite computes of it, whatever is in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
import paddle
import pytest
from paddle import nn
from paddle.nn import functional

from stages import convert
from stages.contract import Needs
from stages.emulation.call import NotEmulatedError
from stages.emulation.half import half_marks, to_half
from stages.emulation.program import write_emulation
from stages.lite.naive_buffer import read_naive_buffer
from stages.parity import listing
from stages.parity.models import Model
from stages.parity.sanity import RowSanity
from stages.program.params import read_parameters
from stages.program.prove import random_images
from stages.runners import pd_plain
from support import bare
from support.falsify import with_attribute, with_kind, with_tensor
from support.legacy import SHAPE, context, new_folder, official, predict, save_legacy
from support.pages import PAGE_SHAPE, detector
from support.small import converted

TARGETS = ("arm", "x86")
#: Differences to Paddle-Lite on random images; seen are 6e-5 and less.
CLOSE = 1e-4
SMALL = (3, 16, 32)


class Everything(nn.Layer):
    """A little of everything that has an activation, or a number that a file could have wrong."""

    def __init__(self) -> None:
        super().__init__()
        paddle.seed(11)
        self.convolutions = nn.LayerList(
            nn.Conv2D(3 if i == 0 else 8, 8, 3, padding=1) for i in range(6)
        )
        self.near = nn.Conv2D(8, 8, 3, padding=1, groups=8)
        self.wider = nn.Conv2DTranspose(8, 8, 2, stride=2)
        self.norm, self.dense, self.head = nn.LayerNorm(8), nn.Linear(8, 8), nn.Linear(8, 5)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        hard, six, leaky, plain, gate, last = self.convolutions
        x = functional.hardswish(hard(x * 4.0))
        x = functional.relu6(six(x))
        x = functional.leaky_relu(leaky(x), 0.3)
        x = functional.relu(plain(x) + self.near(x))
        x = x * functional.hardsigmoid(gate(functional.adaptive_avg_pool2d(x, 1)), 0.2, 0.5)
        x = functional.relu(self.wider(x))
        x = functional.interpolate(
            functional.max_pool2d(last(x), 2), scale_factor=2, mode="nearest"
        )
        rows = paddle.transpose(paddle.flatten(x, 2), [0, 2, 1])
        rows = functional.relu(self.dense(functional.swish(self.norm(rows))))
        rows = functional.gelu(rows) + functional.hardswish(rows * 2.0)
        return functional.softmax(self.head(rows) * 6.0, axis=-1)


@lru_cache(maxsize=1)
def everything() -> Path:
    """Convert the network; return the folder."""
    folder = new_folder()
    files = save_legacy(Everything(), folder, [-1, *SMALL])
    inputs = {"pdmodel": files[0], "pdiparams": files[1]}
    run = context("convert", folder, inputs, {"targets": list(TARGETS), "fp16": False})
    convert.run(run)
    return run.output


@lru_cache(maxsize=1)
def orientation() -> Path:
    model, folder = official("ch_ppocr_mobile_v2.0_cls"), new_folder()
    files = {name: model / f"inference.{name}" for name in ("pdmodel", "pdiparams")}
    parameters = {"task": "orientation", "targets": list(TARGETS), "fp16": False}
    run = context("convert", folder, files, parameters)
    convert.run(run)
    return run.output


def image(shape: tuple[int, ...]) -> np.ndarray:
    return random_images([shape], seed=5)[0]


def emulated(nb: Path, folder: Path, shape: tuple[int, ...]) -> np.ndarray:
    """Return what Paddle computes of a file that was read back."""
    return predict(write_emulation(read_naive_buffer(nb), folder / nb.stem), image(shape))


@lru_cache(maxsize=1)
def as_it_is() -> np.ndarray:
    """Return what Paddle computes of everything's x86 file."""
    return emulated(everything() / "model_x86.nb", new_folder(), SMALL)


def run(nb: Path, shape: tuple[int, ...]) -> np.ndarray:
    """Return what Paddle-Lite computes of a file."""
    ended, outputs = bare.lite(nb, image(shape))
    assert ended.code == 0, ended.log
    return outputs[0]


MODELS: dict[str, tuple[Callable[[], Path], tuple[int, ...]]] = {
    "recognition": (lambda: converted().output, SHAPE),
    "detection": (lambda: detector()["nb-x86"].parent, PAGE_SHAPE),
    "orientation": (orientation, (3, 48, 192)),
    "everything": (everything, SMALL),
}


@pytest.mark.parametrize("name", MODELS)
def test_both_files_are_read_back_to_one_program_that_computes_what_lite_does(
    tmp_path: Path, name: str
) -> None:
    make, shape = MODELS[name]
    folder = make()
    files = [folder / f"model_{target}.nb" for target in TARGETS]
    read = [write_emulation(read_naive_buffer(nb), tmp_path / nb.stem) for nb in files]
    for one, other in zip(*read, strict=True):
        assert one.read_bytes() == other.read_bytes()
    found = run(folder / "model_x86.nb", shape)
    assert np.abs(predict(read[0], image(shape)) - found).max() < CLOSE


#: By operator and attribute as the x86 file has them: another number.
NUMBERS: list[tuple[str, str, float | bool]] = [
    ("conv2d", "hard_swish_threshold", 3.0),
    ("conv2d", "hard_swish_offset", 2.0),
    ("conv2d", "hard_swish_scale", 2.0),
    ("conv2d", "fuse_brelu_threshold", 0.1),
    ("conv2d", "leaky_relu_alpha", 0.9),
    ("conv2d_transpose", "with_act", False),
    ("hard_swish", "threshold", 3.0),
    ("hard_swish", "offset", 1.0),
    ("hard_sigmoid", "slope", 0.05),
    ("hard_sigmoid", "offset", 0.1),
    ("swish", "beta", 3.0),
    ("scale", "scale", 2.0),
]


@pytest.mark.parametrize(("kind", "name", "value"), NUMBERS)
def test_a_falsified_number_is_computed_with_as_lite_does(
    tmp_path: Path, kind: str, name: str, value: float | bool
) -> None:
    right = everything() / "model_x86.nb"
    wrong = with_attribute(right, tmp_path / "wrong.nb", kind, name, value)
    found = emulated(wrong, tmp_path, SMALL)
    assert np.abs(found - run(wrong, SMALL)).max() < CLOSE
    assert np.abs(found - as_it_is()).max() > 10 * CLOSE


def test_a_falsified_weight_is_computed_with_as_lite_does(tmp_path: Path) -> None:
    right = everything() / "model_x86.nb"
    name = next(
        name for name, item in read_naive_buffer(right).tensors.items() if len(item.shape) == 4
    )
    wrong = with_tensor(right, tmp_path / "wrong.nb", name, lambda value: value * 1.5)
    found = emulated(wrong, tmp_path, SMALL)
    assert np.abs(found - run(wrong, SMALL)).max() < CLOSE
    assert np.abs(found - as_it_is()).max() > 10 * CLOSE


@pytest.mark.parametrize("kind", ["QUANT_INT8", "QUANT_INT16"])
def test_weights_of_8_and_16_bits_are_turned_back_as_lite_does(tmp_path: Path, kind: str) -> None:
    lite = converted().output / "lite.pdmodel", converted().output / "lite.pdiparams"
    read = {}
    for target in TARGETS:
        out = tmp_path / target
        done = bare.opt(lite, target, out, "--quant_model=true", f"--quant_type={kind}")
        assert done.code == 0 and "saved into" in done.log
        nb = read_naive_buffer(out.with_suffix(".nb"))
        assert kind[6:].lower() in {tensor.dtype for tensor in nb.tensors.values()}
        read[target] = write_emulation(nb, tmp_path / f"{target} read")
    for one, other in zip(*read.values(), strict=True):
        assert one.read_bytes() == other.read_bytes()
    found = run(tmp_path / "x86.nb", SHAPE)
    assert np.abs(predict(read["arm"], image(SHAPE)) - found).max() < CLOSE


def test_what_the_table_does_not_know_is_named(tmp_path: Path) -> None:
    right = everything() / "model_arm.nb"
    other = with_kind(right, tmp_path / "other.nb", "layer_norm", "layer_nory")
    with pytest.raises(NotEmulatedError, match="operator layer_nory is not one that can be read"):
        write_emulation(read_naive_buffer(other), tmp_path)
    other = with_kind(right, tmp_path / "other.nb", "with_quant_attr", "with_quiet_attr")
    with pytest.raises(NotEmulatedError, match="has with_quiet_attr, which is not known"):
        write_emulation(read_naive_buffer(other), tmp_path)


class Line(nn.Layer):
    """Operators whose results in half precision NumPy knows to the last bit."""

    def __init__(self) -> None:
        super().__init__()
        self.third = self.create_parameter([1], default_initializer=nn.initializer.Constant(1 / 3))

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        return functional.relu(x * 3.0) + self.third


def half(files: tuple[Path, Path], out: Path) -> Path:
    """Convert for ARM in half precision; return the ``.nb``."""
    done = bare.opt(files, "arm", out, "--enable_fp16=true")
    assert "saved into" in done.log
    return out.with_suffix(".nb")


def test_half_precision_rounds_what_each_kernel_leaves(tmp_path: Path) -> None:
    nb = half(save_legacy(Line(), tmp_path, [-1, *SMALL]), tmp_path / "half")
    x = image(SMALL)
    x.flat[:6] = (
        1 + 2**-11,
        1 + 3 * 2**-11,
        7e4,
        3e4,
        np.inf,
        65519.0,
    )  # two ties, four near the end
    tripled = np.maximum(to_half(to_half(x) * 3), 0)
    expected = to_half(tripled + to_half(np.array(1 / 3, np.float32)))
    found = predict(write_emulation(read_naive_buffer(nb), tmp_path), x)
    assert np.isinf(expected.flat[2:6]).all()
    np.testing.assert_array_equal(found.reshape(expected.shape), expected)


def test_half_precision_rounds_weights_and_differs_as_half_precision_does(tmp_path: Path) -> None:
    nb = half((everything() / "lite.pdmodel", everything() / "lite.pdiparams"), tmp_path / "half")
    read = write_emulation(read_naive_buffer(nb), tmp_path / "half read")
    weights = read_parameters(*read)
    marked = {name for operator in read_naive_buffer(nb).operators for name in half_marks(operator)}
    assert marked and all(np.array_equal(to_half(weights[name]), weights[name]) for name in marked)
    exact = emulated(everything() / "model_arm.nb", tmp_path, SMALL)
    found = predict(read, image(SMALL))
    assert np.abs(to_half(found) - found).max() <= 2.0**-25  # below 6e-5 it keeps more bits
    assert CLOSE < np.abs(found - exact).max() < 100 * 2.0**-11


def test_half_precision_falsified_in_the_file_changes_what_is_computed(tmp_path: Path) -> None:
    right = half(save_legacy(Line(), tmp_path, [-1, *SMALL]), tmp_path / "half")
    (name,) = read_naive_buffer(right).tensors
    wrong = with_tensor(right, tmp_path / "wrong.nb", name, lambda value: value * 1.001)
    one, other = (emulated(nb, tmp_path, SMALL) for nb in (right, wrong))
    assert np.abs(one - other).max() > CLOSE


def test_half_precision_of_a_recognition_model_is_run_as_it_stands(tmp_path: Path) -> None:
    """Not as oneDNN fuses it, which loses axes and makes NaN."""
    lite = converted().output / "lite.pdmodel", converted().output / "lite.pdiparams"
    nb = half(lite, tmp_path / "half")
    run = context("verify", tmp_path, {}, {})
    model = listing.emulated(
        run, Model("nb-arm-fp16", needs=Needs("2.13", half=True)), read_naive_buffer(nb)
    )
    assert (model.kind, model.emulated, model.status) == ("pd-plain", True, None)
    found = pd_plain.load(1, *model.files)(image(SHAPE)[np.newaxis])[0]
    exact = emulated(converted().output / "model_arm.nb", tmp_path, SHAPE)
    assert RowSanity(half=True).fault(found) is None
    assert CLOSE < np.abs(found - exact).max() < 0.1


def test_a_kernel_of_8_bits_is_not_emulated(tmp_path: Path) -> None:
    files = save_legacy(Line(), tmp_path, [-1, *SMALL])
    assert "saved into" in bare.opt(files, "arm", tmp_path / "plain").log
    nb = with_kind(
        tmp_path / "plain.nb", tmp_path / "whole.nb", "scale/def/4/1/1", "scale/def/4/2/1"
    )
    with pytest.raises(NotEmulatedError, match="operator scale computes in int8"):
        write_emulation(read_naive_buffer(nb), tmp_path)
