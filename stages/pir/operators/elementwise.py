"""Operators that work on each element, along one axis, or as a product of matrices."""

from __future__ import annotations

from stages.pir.operators.base import Call, Translation, plain

_PAIR = ("X", "Y")


def _scale(call: Call) -> None:
    """``x · scale + bias``; the factor is a value in PIR and an attribute in the legacy format."""
    (factor,) = call.numbers(1)
    names = ("bias", "bias_after_scale")
    settings = {"scale": float(factor), **{name: call.setting(name) for name in names}}
    call.append("scale", {"X": [call.tensor(0)]}, {"Out": 0}, settings)


def _dropout(call: Call) -> None:
    call.require("is_test", True)
    settings = {
        "dropout_prob": float(call.numbers(2)[0]),
        "is_test": True,
        "dropout_implementation": call.setting("mode"),
    }
    call.append("dropout", {"X": [call.tensor(0)]}, {"Out": 0}, settings)


def _layer_norm(call: Call) -> None:
    slots = ("X", "Scale", "Bias")
    inputs = {slot: [call.tensor(place)] for place, slot in enumerate(slots) if call.given(place)}
    settings = {name: call.setting(name) for name in ("epsilon", "begin_norm_axis")}
    call.append("layer_norm", inputs, {"Y": 0, "Mean": 1, "Variance": 2}, settings)


def _mean(call: Call) -> None:
    axes = call.whole_numbers(1)
    settings = {"dim": axes or [0], "keep_dim": call.setting("keepdim"), "reduce_all": not axes}
    call.append("reduce_mean", {"X": [call.tensor(0)]}, {"Out": 0}, settings)


TRANSLATIONS = (
    plain("add", "elementwise_add", _PAIR, axis=-1),
    plain("subtract", "elementwise_sub", _PAIR, axis=-1),
    plain("multiply", "elementwise_mul", _PAIR, axis=-1),
    plain("divide", "elementwise_div", _PAIR, axis=-1),
    plain("matmul", "matmul_v2", _PAIR, trans_x="transpose_x", trans_y="transpose_y"),
    plain("relu", "relu"),
    plain("relu6", "relu6"),
    plain("sigmoid", "sigmoid"),
    plain("tanh", "tanh"),
    plain("swish", "swish"),
    plain("silu", "silu"),
    plain("hardswish", "hard_swish"),
    plain("hardsigmoid", "hard_sigmoid", slope="slope", offset="offset"),
    plain("leaky_relu", "leaky_relu", alpha="negative_slope"),
    plain("gelu", "gelu", approximate="approximate"),
    plain("softmax", "softmax", axis="axis"),
    plain("assign", "assign"),
    Translation("scale", "scale", _scale),
    Translation("dropout", "dropout", _dropout),
    Translation("layer_norm", "layer_norm", _layer_norm),
    Translation("mean", "reduce_mean", _mean),
)
