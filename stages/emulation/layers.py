"""Readings of what holds weights, or has an activation fused into it."""

from __future__ import annotations

from stages.emulation.activations import of_convolution, of_other
from stages.emulation.call import Call, Reading, Setting
from stages.lite.kernels import SUMS


def _convolution(call: Call) -> None:
    """Filter, bias, activation: three operators in Paddle."""
    inputs = {"Input": call.tensor("Input"), "Filter": call.tensor("Filter")}
    names = (
        "strides", "paddings", "dilations", "groups", "padding_algorithm", "data_format",
        "output_size", "output_padding",
    )  # fmt: skip
    call.only("fuse_residual_connection", False)
    result = call.make(call.operator.type, inputs, call.settings(*names), "Output")
    for bias in call.tensors("Bias"):
        result = call.make("elementwise_add", {"X": result, "Y": bias}, {"axis": 1})
    result = of_convolution(call, result)
    call.give(
        "Output", _joined(call, result) if call.operator.inputs.get("SecondInput") else result
    )


def _joined(call: Call, result: str) -> str:
    """Return the sum of another branch and a convolution, and what is fused behind it: on a GPU alone.

    ``elt_fuse_func_wrapper`` (lite/backends/opencl/cl_kernel/cl_common.h): a fused activation is relu.
    """
    kind = "fuse_elementwise_op_type"
    call.only(kind, *SUMS)
    both = {"X": call.tensor("SecondInput"), "Y": result}
    result = call.make("elementwise_add", both, {"axis": -1})
    return call.make("relu", {"X": result}) if call.attribute(kind) == SUMS[1] else result


def _dense(call: Call) -> None:
    """``mul`` and its bias; of a ``matmul`` that became ``fc``, all dimensions but the last are rows."""
    rows = int(call.number("in_num_col_dims"))
    source = call.tensor("Input")
    if call.attribute("op_type", "") in ("matmul", "matmul_v2"):
        rows = call.writer.rank(source) - 1
    call.pass_over("x_num_col_dims", "y_num_col_dims", "trans_x", "trans_y")
    settings: dict[str, Setting] = {"x_num_col_dims": rows, "y_num_col_dims": 1}
    result = call.make("mul", {"X": source, "Y": call.tensor("W")}, settings)
    for bias in call.tensors("Bias"):
        result = call.make("elementwise_add", {"X": result, "Y": bias}, {"axis": rows})
    call.give("Out", of_other(call, result, "activation_type"))


def _elementwise(call: Call) -> None:
    kind = call.operator.type.removeprefix("fusion_").removesuffix("_activation")
    inputs = {"X": call.tensor("X"), "Y": call.tensor("Y")}
    result = call.make(kind, inputs, call.settings("axis"))
    call.give("Out", of_other(call, result, "act_type"))


def _scale(call: Call) -> None:
    settings = call.settings("scale", "bias", "bias_after_scale")
    result = call.make("scale", {"X": call.tensor("X")}, settings)
    if call.attribute("activation_type", ""):
        call.pass_over("threshold")  # what it had before it was fused; "alpha" is read
    call.give("Out", of_other(call, result, "activation_type"))


def _pool(call: Call) -> None:
    """Pooling of a whole map is said in two ways: as global, or as adaptive to 1 x 1."""
    names = (
        "pooling_type", "ksize", "strides", "paddings", "exclusive", "ceil_mode", "adaptive",
        "global_pooling", "padding_algorithm", "data_format",
    )  # fmt: skip
    settings = call.settings(*names)
    if settings["global_pooling"]:
        settings.update(global_pooling=False, adaptive=True, ksize=[1, 1])
    call.give("Out", call.make("pool2d", {"X": call.tensor("X")}, settings))


def _matmul(call: Call) -> None:
    """A product of two tensors; the older operator names its attributes otherwise."""
    older = call.operator.type == "matmul"
    names = ("transpose_X", "transpose_Y") if older else ("trans_x", "trans_y")
    flags = dict(zip(("trans_x", "trans_y"), map(bool, map(call.attribute, names)), strict=True))
    inputs = {"X": call.tensor("X"), "Y": call.tensor("Y")}
    result, factor = call.make("matmul_v2", inputs, flags), call.number("alpha", 1.0)
    if factor != 1.0:
        result = call.make("scale", {"X": result}, {"scale": factor})
    call.give("Out", result)


def _normalise_layer(call: Call) -> None:
    given = {slot: names for slot in ("X", "Scale", "Bias") if (names := call.tensors(slot))}
    settings = call.settings("epsilon", "begin_norm_axis")
    made = call.writer.append("layer_norm", given, {"Y": 1, "Mean": 1, "Variance": 1}, settings)
    call.give("Y", *made["Y"])


def _normalise_batch(call: Call) -> None:
    slots = ("X", "Scale", "Bias", "Mean", "Variance")
    call.pass_over("momentum", "fuse_with_relu", "trainable_statistics", "use_global_stats")
    settings = {**call.settings("epsilon", "data_layout"), "is_test": True}
    made = call.writer.append(
        "batch_norm",
        {slot: [call.tensor(slot)] for slot in slots},
        dict.fromkeys(("Y", "MeanOut", "VarianceOut", "SavedMean", "SavedVariance"), 1),
        settings,
    )
    call.give("Y", *made["Y"])


def _recurrent(call: Call) -> None:
    states = len(call.operator.outputs.get("State", ()))
    call.only("mode", "LSTM", "GRU")
    names = (
        "dropout_prob",
        "is_bidirec",
        "input_size",
        "hidden_size",
        "num_layers",
        "mode",
        "seed",
    )
    made = call.writer.append(
        "rnn",
        {slot: call.tensors(slot) for slot in ("Input", "PreState", "WeightList")},
        {"Out": 1, "State": states, "DropoutState": 1, "Reserve": 1},
        {**call.settings(*names), "is_test": True},
    )
    for slot in ("Out", "State"):
        call.give(slot, *made[slot])


_ARITHMETIC = ("add", "sub", "mul", "div", "max", "min", "pow")

READINGS = (
    Reading("conv2d", "lite/operators/conv_op.h", _convolution),
    Reading("depthwise_conv2d", "lite/operators/conv_op.h", _convolution),
    Reading("conv2d_transpose", "lite/operators/conv_transpose_op.cc", _convolution),
    Reading("depthwise_conv2d_transpose", "lite/operators/conv_transpose_op.cc", _convolution),
    Reading("fc", "lite/operators/fc_op.cc", _dense),
    Reading("matmul", "lite/operators/matmul_op.cc", _matmul),
    Reading("matmul_v2", "lite/operators/matmul_v2_op.cc", _matmul),
    Reading("scale", "lite/operators/scale_op.cc", _scale),
    Reading("pool2d", "lite/operators/pool_op.h", _pool),
    Reading("layer_norm", "lite/operators/layer_norm_op.cc", _normalise_layer),
    Reading("batch_norm", "lite/operators/batch_norm_op.cc", _normalise_batch),
    Reading("rnn", "lite/operators/rnn_op.cc", _recurrent),
    *(
        Reading(f"elementwise_{kind}", "lite/operators/elementwise_ops.cc", _elementwise)
        for kind in _ARITHMETIC
    ),
    *(
        Reading(
            f"fusion_elementwise_{kind}_activation",
            "lite/operators/fusion_elementwise_activation_ops.cc",
            _elementwise,
        )
        for kind in ("add", "sub", "mul", "div")
    ),
)
