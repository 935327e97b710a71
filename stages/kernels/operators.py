"""Paddle's operators that no pin makes equal on two processors, written in exact arithmetic.

Paddle 3.1 vectorises square roots as ``rsqrtps`` and one Newton step; the table behind ``rsqrtps`` is
the processor's maker's. It decides ``sqrt``, ``rsqrt`` and batch norms. Its Adam takes a kernel of its own
where there is AVX-512. NumPy's ``+ - * / sqrt`` are exact by IEEE 754, its sums have one order, and Paddle's
``pow`` is the C library's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import paddle
from paddle.autograd import PyLayer


def replace_operators() -> None:
    """Let this process's eager Paddle use the operators below, in float32.

    What is traced into a program stays as it is.
    """
    operators: dict[str, Callable[..., Any]] = {
        "sqrt": _sqrt,
        "rsqrt": _rsqrt,
        "batch_norm": _batch_norm,
        "adam_": _adam,
        "adamw_": _adamw,
    }
    for name, exact in operators.items():
        setattr(paddle._C_ops, name, _where_eager(exact, getattr(paddle._C_ops, name)))


def _where_eager(exact: Callable[..., Any], original: Callable[..., Any]) -> Callable[..., Any]:
    def choose(tensor: Any, *rest: Any, **named: Any) -> Any:
        is_eager = isinstance(tensor, paddle.Tensor) and paddle.in_dynamic_mode()
        is_ours = is_eager and tensor.dtype == paddle.float32
        return (exact if is_ours else original)(tensor, *rest, **named)

    return choose


def _sqrt(x: paddle.Tensor) -> paddle.Tensor:
    return paddle.pow(x, 0.5)


def _rsqrt(x: paddle.Tensor) -> paddle.Tensor:
    return paddle.pow(x, -0.5)


class _Normalised(PyLayer):
    """A batch norm by the statistics of the batch, or by given ones; [N, channels, rest] in and out.

    Source of the formulas: Ioffe and Szegedy, "Batch Normalization", 2015.
    """

    @staticmethod
    def forward(
        context: Any, x: paddle.Tensor, scale: paddle.Tensor, bias: paddle.Tensor, mean: np.ndarray,
        inverse: np.ndarray, *, is_given: bool,
    ) -> paddle.Tensor:  # fmt: skip
        normal = x.numpy() - mean
        normal *= inverse
        factor = scale.numpy()[:, None]
        context.kept = normal, factor * inverse, is_given
        return paddle.to_tensor(normal * factor + bias.numpy()[:, None])

    @staticmethod
    def backward(context: Any, gradient: paddle.Tensor) -> tuple[paddle.Tensor, ...]:
        normal, factor, is_given = context.kept
        error = gradient.numpy()
        along = error * normal
        of_scale, of_bias = along.sum((0, 2)), error.sum((0, 2))
        if not is_given:
            count = np.float32(error.shape[0] * error.shape[2])
            error = error - (of_bias / count)[:, None] - normal * (of_scale / count)[:, None]
        return tuple(map(paddle.to_tensor, (error * factor, of_scale, of_bias)))


def _batch_norm(
    x: paddle.Tensor, mean: paddle.Tensor, variance: paddle.Tensor, scale: paddle.Tensor,
    bias: paddle.Tensor, is_test: bool, momentum: float, epsilon: float, layout: str,
    use_global_stats: bool, *_rest: Any,
) -> tuple[paddle.Tensor, ...]:  # fmt: skip
    """Normalise each channel; in training the running statistics are moved towards the batch's."""
    last = layout[-1] == "C" and x.ndim > 2
    rows = x.moveaxis(-1, 1) if last else x
    shape = rows.shape
    rows = rows.reshape([shape[0], shape[1], -1])
    is_given = is_test or bool(use_global_stats)
    if is_given:
        middle, spread = mean.numpy(), variance.numpy()
    else:
        values = rows.numpy()
        middle = values.mean((0, 2))
        spread = np.square(values - middle[:, None]).mean((0, 2))
        kept, taken = np.float32(momentum), np.float32(1) - np.float32(momentum)
        mean.set_value(mean.numpy() * kept + middle * taken)
        variance.set_value(variance.numpy() * kept + spread * taken)
    inverse = np.float32(1) / np.sqrt(spread + np.float32(epsilon))
    normal = _Normalised.apply(
        rows, scale, bias, middle[:, None], inverse[:, None], is_given=is_given
    )
    normal = normal.reshape(shape)
    out = normal.moveaxis(1, -1) if last else normal
    return out, mean, variance, None, None, None


def _adam(
    parameter: paddle.Tensor, gradient: paddle.Tensor, rate: paddle.Tensor, first: paddle.Tensor,
    second: paddle.Tensor, _largest: object, power1: paddle.Tensor, power2: paddle.Tensor, _master: object,
    _found: object, beta1: float, beta2: float, epsilon: float, *_rest: Any,
) -> tuple[None, ...]:  # fmt: skip
    """Move ``parameter`` in place, and Adam's two moments (Kingma and Ba, 2015, section 2)."""
    one, b1, b2 = np.float32(1), np.float32(beta1), np.float32(beta2)
    slope = gradient.numpy()
    m = first.numpy() * b1 + slope * (one - b1)
    v = second.numpy() * b2 + np.square(slope) * (one - b2)
    p1, p2 = power1.numpy(), power2.numpy()
    correction = np.sqrt(one - p2)
    step = rate.numpy() * correction / (one - p1)
    moved = parameter.numpy() - step * (m / (np.sqrt(v) + np.float32(epsilon) * correction))
    for tensor, value in (
        (first, m), (second, v), (power1, p1 * b1), (power2, p2 * b2), (parameter, moved),
    ):  # fmt: skip
        tensor.set_value(value)
    return (None,) * 7


def _adamw(
    parameter: paddle.Tensor, gradient: paddle.Tensor, rate: paddle.Tensor, *rest: Any
) -> tuple[None, ...]:
    """Let the weights decay, then move them by Adam (Loshchilov and Hutter, 2019)."""
    adams, (ratio, decay, with_decay) = rest[:10], rest[10:13]
    share = rate.numpy() * np.float32(ratio)
    if with_decay:
        parameter.set_value(parameter.numpy() * (np.float32(1) - share * np.float32(decay)))
    return _adam(parameter, gradient, paddle.to_tensor(share), *adams)
