"""The portable kernels: that the pins hold here, and that the operators compute what Paddle's compute."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import paddle
import pytest

from stages.contract.kernels import PINS
from stages.errors import StageError
from stages.kernels import operators, self_test, use
from stages.program.params import read_program

_SELF_TEST = """
from stages.kernels.use import use
use("portable")
from stages.kernels.self_test import computed
print(computed())
"""


@pytest.mark.real_processes
@pytest.mark.parametrize("threads", ["1", "3", "8"])
def test_the_pins_hold_on_this_processor(threads: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _SELF_TEST],
        check=False,
        env={**os.environ, **PINS, "OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert ran.stdout.splitlines()[-1] == str(dict(self_test.EXPECTED))


def test_kernels_that_are_not_the_portable_ones_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(operators, "replace_operators", lambda: None)
    monkeypatch.setattr(self_test, "EXPECTED", {"softmax": "0" * 16})
    with pytest.raises(StageError, match="not the portable ones: softmax"):
        use.use("portable")
    use.use("native")


@pytest.fixture
def exact(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return what replaces the operators; they come back after the test."""
    for name in ("sqrt", "rsqrt", "batch_norm", "adam_", "adamw_"):
        monkeypatch.setattr(paddle._C_ops, name, getattr(paddle._C_ops, name))
    return operators.replace_operators


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (lambda: paddle.nn.BatchNorm2D(6), (4, 6, 3, 5)),
        (lambda: paddle.nn.BatchNorm(6), (4, 6, 3, 5)),
        (lambda: paddle.nn.BatchNorm1D(6), (16, 6)),
        (lambda: paddle.nn.BatchNorm2D(6, data_format="NHWC"), (4, 3, 5, 6)),
    ],
)
def test_a_batch_norm_is_paddles(
    exact: Callable[[], None], layer: Callable[[], Any], shape: tuple[int, ...]
) -> None:
    theirs = _normalised(layer(), shape)
    exact()
    for one, other in zip(theirs, _normalised(layer(), shape), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def _normalised(layer: Any, shape: tuple[int, ...]) -> list[np.ndarray]:
    """Return output, gradients and statistics of a training step, and the output of an evaluation."""
    random = np.random.default_rng(1)
    x = paddle.to_tensor(random.normal(2, 3, shape).astype(np.float32), stop_gradient=False)
    layer.weight.set_value(random.uniform(0.5, 2, layer.weight.shape).astype(np.float32))
    out = layer(x)
    (out * paddle.to_tensor(random.normal(size=shape).astype(np.float32))).sum().backward()
    tensors = [out, x.grad, layer.weight.grad, layer.bias.grad, layer._mean, layer._variance]
    layer.eval()
    return [tensor.numpy() for tensor in (*tensors, layer(x))]


@pytest.mark.parametrize(
    "make",
    [
        lambda given: paddle.optimizer.Adam(1e-2, parameters=given),
        lambda given: paddle.optimizer.AdamW(1e-2, parameters=given, weight_decay=0.1),
    ],
)
def test_adam_is_paddles(exact: Callable[[], None], make: Callable[[Any], Any]) -> None:
    theirs = _moved(make)
    exact()
    np.testing.assert_allclose(_moved(make), theirs, rtol=1e-5, atol=1e-6)


def _moved(make: Callable[[Any], Any]) -> np.ndarray:
    """Return a parameter after ten steps."""
    random = np.random.default_rng(2)
    parameter = paddle.create_parameter([7, 5], "float32")
    parameter.set_value(random.normal(size=(7, 5)).astype(np.float32))
    optimiser = make([parameter])
    for _step in range(10):
        factor = paddle.to_tensor(random.normal(size=(7, 5)).astype(np.float32))
        (paddle.sqrt(parameter.square() + 1) * factor).sum().backward()
        optimiser.step()
        optimiser.clear_grad()
    found: np.ndarray = parameter.numpy()
    return found


def test_what_is_traced_into_a_program_stays_paddles(
    exact: Callable[[], None], tmp_path: Path
) -> None:
    exact()
    layer = paddle.nn.BatchNorm2D(3)
    layer.eval()
    specification = [paddle.static.InputSpec([None, 3, 4, 4], "float32", "x")]
    with paddle.pir_utils.OldIrGuard():
        traced = paddle.jit.to_static(layer, input_spec=specification, full_graph=True)
        paddle.jit.save(traced, str(tmp_path / "norm"))
    kinds = [op.type for op in read_program(tmp_path / "norm.pdmodel").blocks[0].ops]
    assert kinds.count("batch_norm") == 1
