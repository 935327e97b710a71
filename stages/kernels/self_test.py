"""Whether the pins still hold: small computations in Paddle, against the hashes that they have to give.

The inputs are made of integers, and so the same everywhere. A library that stops to obey its pin, or an
operator that is no longer replaced, gives other last digits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

import numpy as np
import paddle
import paddle.nn.functional as F  # noqa: N812

#: What they give with Paddle 3.1.1 and the pins, on every processor with AVX2 and FMA that was tried.
EXPECTED: Mapping[str, str] = {
    "matrix product": "1f759f3ca0821c78",
    "error function": "9f4a647f12a426b4",
    "quotient": "acfa29a6e5f92716",
    "convolution": "01443feb92c45afb",
    "softmax": "c8c66fd2196b7713",
    "square root": "6df70a743b9565e5",
    "batch norm": "0c3b4805a0df0539",
    "Adam": "afa0a6e2e888bf57",
}


def differing() -> list[str]:
    """Return the names of the computations that give other bytes than elsewhere."""
    return [name for name, digest in EXPECTED.items() if _digest(_COMPUTATIONS[name]) != digest]


def computed() -> dict[str, str]:
    """Return what the computations give in this process."""
    return {name: _digest(compute) for name, compute in _COMPUTATIONS.items()}


def _digest(compute: Callable[[], paddle.Tensor]) -> str:
    # Layers count their names up from the start of the process: those of a model must not begin later.
    with paddle.no_grad(), paddle.utils.unique_name.guard():
        return hashlib.sha256(np.ascontiguousarray(compute().numpy()).tobytes()).hexdigest()[:16]


def _numbers(*shape: int) -> paddle.Tensor:
    """Return numbers between -2 and 2 that float32 holds exactly."""
    count = int(np.prod(shape))
    whole = (np.arange(count, dtype=np.int64) * 7_919 + 104_729) % 65_537 - 32_768
    return paddle.to_tensor((whole / 16_384).astype(np.float32).reshape(shape))


def _convolution() -> paddle.Tensor:
    return F.conv2d(_numbers(2, 24, 6, 20), _numbers(32, 24, 3, 3), padding=1)


def _batch_norm() -> paddle.Tensor:
    norm = paddle.nn.BatchNorm2D(24)
    norm.train()
    return norm(_numbers(2, 24, 6, 20))


def _adam() -> paddle.Tensor:
    parameter = paddle.create_parameter([37, 12], "float32")
    parameter.set_value(_numbers(37, 12))
    optimiser = paddle.optimizer.Adam(1e-3, parameters=[parameter])
    for step in range(1, 6):
        with paddle.enable_grad():
            (parameter * parameter * _numbers(step * 37, 12)[-37:]).sum().backward()
        optimiser.step()
        optimiser.clear_grad()
    return parameter


_COMPUTATIONS: Mapping[str, Callable[[], paddle.Tensor]] = {
    # small: the last digits of a larger one depend on how many threads share it
    "matrix product": lambda: paddle.matmul(_numbers(16, 120), _numbers(120, 37)),
    "error function": lambda: F.gelu(_numbers(48, 100)),
    "quotient": lambda: _numbers(48, 100) / (_numbers(48, 100).abs() + 0.1),
    "convolution": _convolution,
    "softmax": lambda: F.softmax(_numbers(40, 37)),
    "square root": lambda: paddle.sqrt(_numbers(48, 100).abs()),
    "batch norm": _batch_norm,
    "Adam": _adam,
}
