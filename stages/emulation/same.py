"""Readings of the operators that Paddle and Paddle-Lite have alike: the same inputs and attributes.

Also of those that only move a value from one kernel to the next.
"""

from __future__ import annotations

from stages.emulation.call import Call, Reading
from stages.lite.kernels import KERNEL_ATTRIBUTE
from stages.message import msg
from stages.text.printable import printable


def _same(
    kind: str,
    source: str,
    *settings: str,
    inputs: tuple[str, ...] = ("X",),
    result: str = "Out",
    hidden: tuple[str, ...] = (),
    idle: tuple[str, ...] = (),
) -> Reading:
    """Return the reading of an operator that is written as it stands.

    Args:
        kind: its type, in both.
        source: the file of Paddle-Lite, in lite/operators.
        settings: attributes that decide the result.
        inputs: slots of both; those that are not given are left out.
        result: the slot of the result, which may be several variables.
        hidden: slots that must be there though nobody reads them.
        idle: attributes that this operator has, and nobody reads in inference.
    """

    def write(call: Call) -> None:
        call.pass_over(*idle)
        given = {slot: names for slot in inputs if (names := call.tensors(slot))}
        outputs = {result: len(call.operator.outputs[result]), **dict.fromkeys(hidden, 1)}
        made = call.writer.append(kind, given, outputs, call.settings(*settings))
        call.give(result, *made[result])

    return Reading(kind, f"lite/operators/{source}", write)


def _moved(call: Call) -> None:
    """A value in another layout or at another place, the same for Paddle."""
    call.pass_over("process_type")
    call.give("Out", call.tensor("Input"))


def _cast(call: Call) -> None:
    """``calib`` changes a value's type; to half precision and back it rounds, which the program does."""
    kernel = str(call.attribute(KERNEL_ATTRIBUTE, ""))
    if kernel.split("/")[1:2] not in _CASTS:
        call.refuse(msg("computes in another precision ({kernel})", printable(kernel)))
    _moved(call)


#: Names of ``calib``'s kernels.
_CASTS = (["int32_to_int64"], ["int64_to_int32"], ["fp32_to_fp16"], ["fp16_to_fp32"])
_XSHAPE = ("XShape",)
_INTERPOLATION = (
    "align_corners", "align_mode", "data_layout", "interp_method", "out_d", "out_h", "out_w", "scale",
)  # fmt: skip
_SIZES = ("X", "OutSize", "SizeTensor", "Scale")
_SLICED = (
    "Input", "StartsTensor", "EndsTensor", "StartsTensorList", "EndsTensorList", "StridesTensor",
)  # fmt: skip

READINGS = (
    _same("mul", "mul_op.cc", "x_num_col_dims", "y_num_col_dims", inputs=("X", "Y")),
    _same("concat", "concat_op.cc", "axis", inputs=("X", "AxisTensor")),
    _same("stack", "stack_op.cc", "axis", result="Y"),
    _same("split", "split_op.cc", "axis", "num", "sections",
          inputs=("X", "AxisTensor", "SectionsTensorList")),
    _same("softmax", "softmax_op.cc", "axis", idle=("data_format",)),
    _same("clip", "clip_op.cc", "min", "max"),
    _same("dropout", "dropout_op.cc", "dropout_prob", "dropout_implementation", "is_test",
          idle=("fix_seed", "seed")),
    _same("reshape2", "reshape_op.cc", "shape", inputs=("X", "Shape", "ShapeTensor"), hidden=_XSHAPE),
    _same("squeeze2", "squeeze_op.cc", "axes", hidden=_XSHAPE),
    _same("unsqueeze2", "unsqueeze_op.cc", "axes",
          inputs=("X", "AxesTensor", "AxesTensorList"), hidden=_XSHAPE),
    _same("transpose2", "transpose_op.cc", "axis", hidden=_XSHAPE, idle=("data_format",)),
    _same("flatten_contiguous_range", "flatten_op.cc", "start_axis", "stop_axis", hidden=_XSHAPE),
    _same("flatten2", "flatten_op.cc", "axis", hidden=_XSHAPE),
    _same("shape", "shape_op.cc", inputs=("Input",)),
    _same("slice", "slice_op.cc", "axes", "starts", "ends", "infer_flags", "decrease_axis", inputs=_SLICED),
    _same("strided_slice", "strided_slice_op.cc", "axes", "starts", "ends", "strides", "infer_flags",
          "decrease_axis", inputs=_SLICED),
    _same("expand_v2", "expand_v2_op.cc", "shape", inputs=("X", "Shape", "expand_shapes_tensor")),
    _same("fill_constant", "fill_constant_op.cc", "shape", "value", "dtype",
          inputs=("ShapeTensor", "ShapeTensorList", "ValueTensor"), idle=("str_value",)),
    _same("nearest_interp_v2", "interpolate_v2_op.cc", *_INTERPOLATION, inputs=_SIZES),
    _same("bilinear_interp_v2", "interpolate_v2_op.cc", *_INTERPOLATION, inputs=_SIZES),
    _same("grid_sampler", "grid_sampler_op.cc", "align_corners", "mode", "padding_mode",
          inputs=("X", "Grid"), result="Output"),
    _same("pixel_shuffle", "pixel_shuffle_op.cc", "upscale_factor", idle=("data_format",)),
    _same("shuffle_channel", "shuffle_channel_op.cc", "group"),
    _same("assign", "assign_op.cc"),
    *(
        _same(f"reduce_{kind}", "reduce_ops.cc", "dim", "keep_dim", "reduce_all",
              idle=("in_dtype", "out_dtype"))
        for kind in ("mean", "sum", "max", "min")
    ),
    *(Reading(kind, "lite/operators/io_copy_op.cc", _moved) for kind in ("io_copy", "io_copy_once")),
    *(Reading(kind, "lite/operators/layout_op.cc", _moved) for kind in ("layout", "layout_once")),
    *(Reading(kind, "lite/operators/calib_op.cc", _cast) for kind in ("calib", "calib_once")),
)  # fmt: skip
