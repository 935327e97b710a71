"""Convolutions, pooling, interpolation and batch norm: what works on [N, C, H, W]."""

from __future__ import annotations

from stages.pir.held import Setting
from stages.pir.operators.base import Call, Made, Translation, plain

_NAMES = ("strides", "paddings", "padding_algorithm", "dilations", "groups", "data_format")
_CONVOLUTION = {name: name for name in _NAMES}
_POOL = (
    "strides",
    "paddings",
    "ceil_mode",
    "exclusive",
    "data_format",
    "pooling_type",
    "global_pooling",
    "adaptive",
    "padding_algorithm",
)
_INTERPOLATION = (
    "out_d",
    "out_h",
    "out_w",
    "scale",
    "interp_method",
    "align_corners",
    "align_mode",
)


def _convolution(name: str) -> Translation:
    return plain(name, name, ("Input", "Filter"), "Output", **_CONVOLUTION)


def _transposed(name: str) -> Translation:
    """The output's size, an attribute in the legacy format, is the third input in PIR."""

    def apply(call: Call) -> None:
        settings: dict[str, Setting] = {key: call.setting(key) for key in _NAMES}
        settings["output_padding"] = call.setting("output_padding")
        settings["output_size"] = call.whole_numbers(2) if call.given(2) else []
        inputs = {"Input": [call.tensor(0)], "Filter": [call.tensor(1)]}
        call.append(name, inputs, {"Output": 0}, settings)

    return Translation(name, name, apply)


def _pool2d(call: Call) -> None:
    """The window, an attribute in the legacy format, is the second input in PIR."""
    settings: dict[str, Setting] = {name: call.setting(name) for name in _POOL}
    settings["ksize"] = call.whole_numbers(1)
    call.append("pool2d", {"X": [call.tensor(0)]}, {"Out": 0}, settings)


def _batch_norm(call: Call) -> None:
    """The statistics are inputs and, under the same names, outputs."""
    call.require("is_test", True)
    mean, variance = call.tensor(1), call.tensor(2)
    inputs = {"X": [call.tensor(0)], "Mean": [mean], "Variance": [variance]}
    inputs |= {"Scale": [call.tensor(3)], "Bias": [call.tensor(4)]}
    names = ("is_test", "momentum", "epsilon", "use_global_stats", "trainable_statistics")
    settings = {name: call.setting(name) for name in names}
    settings["data_layout"] = call.setting("data_format")
    outputs: dict[str, Made] = {"Y": 0, "MeanOut": mean, "VarianceOut": variance}
    outputs |= {"SavedMean": 3, "SavedVariance": 4}
    call.append("batch_norm", inputs, outputs, settings)


def _interpolation(name: str) -> Translation:
    """Sizes that are known at run time only are a slot of their own in the legacy format."""

    def apply(call: Call) -> None:
        slots = {0: "X", 1: "OutSize", 3: "Scale"}
        inputs = {slot: [call.tensor(place)] for place, slot in slots.items() if call.given(place)}
        if call.given(2):
            inputs["SizeTensor"] = call.tensors(2)
        settings = {key: call.setting(key) for key in _INTERPOLATION}
        settings["data_layout"] = call.setting("data_format")
        call.append(f"{name}_v2", inputs, {"Out": 0}, settings)

    return Translation(name, f"{name}_v2", apply)


TRANSLATIONS = (
    _convolution("conv2d"),
    _convolution("depthwise_conv2d"),
    _transposed("conv2d_transpose"),
    _transposed("depthwise_conv2d_transpose"),
    Translation("pool2d", "pool2d", _pool2d),
    Translation("batch_norm_", "batch_norm", _batch_norm),
    _interpolation("nearest_interp"),
    _interpolation("bilinear_interp"),
)
