"""An operator of a ``.nb`` file, taken apart into plain ones that all targets share.

``opt`` fuses an activation into its convolution for one target and not for the other, and writes a
matrix product with its bias as ``fc`` or as two operators (lite/core/optimizer/mir/fusion).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stages.lite.integers import scale_attributes
from stages.lite.kernels import HALF_MARK, KERNEL_ATTRIBUTE, SUMS
from stages.lite.naive_buffer import Attribute, Operator
from stages.message import msg

#: Attributes that say how to compute, or that are a fused activation's; neither says what.
_HOW = frozenset({
    KERNEL_ATTRIBUTE, "op_device", "with_quant_attr", "place_type", "inplace", "force_cpu",
    "use_cudnn", "use_mkldnn", "mkldnn_data_type", "use_quantizer", "with_act", "fuse_relu",
    "fuse_sigmoid", "fuse_swish", "fuse_tanh", "act_type", "activation_type", "fuse_elementwise_op_type",
    "Scale_out", "Scale_x", "Scale_y", "x_data_format", "y_data_format",
})  # fmt: skip
#: Of a fused activation, the names of its own attributes.
_FUSED_ATTRIBUTES = {
    "hard_swish": {f"hard_swish_{name}": name for name in ("offset", "scale", "threshold")},
    "leaky_relu": {"leaky_relu_alpha": "alpha"},
    "hard_sigmoid": {"offset": "offset", "slope": "slope"},
    "swish": {"swish_scale": "beta"},
}
#: Of a convolution for OpenCL: what it is added to, and whether a relu follows.
_SECOND, _SUM = "SecondInput", "fuse_elementwise_op_type"
_PRODUCTS = ("fc", "matmul_v2", "mul", "matmul")
_RESULTS = ("Out", "Output", "Y")
PRODUCT, ADDITION, BIAS, CAST = "product", "elementwise_add", "bias", msg("cast of place")
#: Operators that ``opt`` puts between two kernels: they move a value, or change how it lies.
_CASTS = ("layout", "layout_once", "io_copy", "io_copy_once", "calib", "calib_once")


@dataclass(frozen=True)
class Plain:
    """One plain operator: what it computes, of which variables, into which.

    Args:
        kind: the operator's type, or one of this module's own.
        inputs: names of variables; which slot each is of stands before it.
        attributes: all that decides the result, in one form for all targets.
        outputs: names of variables, the result first.
    """

    kind: str
    inputs: tuple[tuple[str, str], ...]
    attributes: str
    outputs: tuple[str, ...]


def take_apart(operator: Operator) -> list[Plain]:
    """Return the plain operators that one of the file stands for."""
    if operator.type in _CASTS:
        return [Plain(CAST, _slots(operator.inputs), "", _outputs(operator))]
    steps = _product(operator) if operator.type in _PRODUCTS else [_itself(operator)]
    return [*steps, *_activation(operator, steps[-1]), *_sum(operator, steps[-1])]


def _itself(operator: Operator) -> Plain:
    kind = operator.type
    if kind.startswith("fusion_elementwise_"):
        kind = kind.removeprefix("fusion_").removesuffix("_activation")
    inputs = {slot: names for slot, names in operator.inputs.items() if slot != _SECOND}
    return Plain(kind, _slots(inputs), _what(operator), _outputs(operator))


def _sum(operator: Operator, before: Plain) -> list[Plain]:
    """Return the sum with another branch that a convolution of OpenCL's has fused behind it."""
    kind, second = operator.attributes.get(_SUM), operator.input(_SECOND)
    if kind not in SUMS or not second:
        return []
    outputs = (before.outputs[0],)
    added = Plain(ADDITION, (("X", second), ("Y", outputs[0])), repr([("axis", -1)]), outputs)
    return (
        [added, Plain("relu", (("X", outputs[0]),), "[]", outputs)] if kind == SUMS[1] else [added]
    )


def _product(operator: Operator) -> list[Plain]:
    """Return a matrix product, and the addition of the bias that ``fc`` has."""
    factors = [operator.input(slot) for slot in ("X", "Input", "W", "Y")]
    flags = [bool(operator.attributes.get(name)) for name in ("trans_x", "trans_y")]
    inputs = tuple(("", name) for name in factors if name)
    product = Plain(PRODUCT, inputs, repr(flags), _outputs(operator))
    if not operator.input("Bias"):
        return [product]
    pair = (("", product.outputs[0]), ("", operator.input("Bias")))
    return [product, Plain(BIAS, pair, "", product.outputs)]


def _activation(operator: Operator, before: Plain) -> list[Plain]:
    """Return the activation that is fused into an operator, as one of its own."""
    given, kind = operator.attributes, _fused(operator)
    if not kind:
        return []
    names = _FUSED_ATTRIBUTES.get(kind, {})
    attributes = sorted((own, given[name]) for name, own in names.items() if name in given)
    result = before.outputs[0]
    return [Plain(kind, (("X", result),), repr(attributes), (result,))]


def _fused(operator: Operator) -> str:
    """Return the activation that is fused into an operator, "" if none is."""
    given = operator.attributes
    return str(given.get("act_type") or given.get("activation_type") or "")


def _what(operator: Operator) -> str:
    """Return the attributes that decide the result."""
    how = _HOW | _FUSED_ATTRIBUTES.get(_fused(operator), {}).keys()
    how |= {*scale_attributes(operator)}  # compared with the tensors that they are of
    kept = {
        name: value
        for name, value in operator.attributes.items()
        if name not in how and not name.endswith(HALF_MARK)
    }
    return repr(sorted((_pooling(kept) if operator.type == "pool2d" else kept).items()))


def _pooling(attributes: Mapping[str, Attribute]) -> dict[str, Attribute]:
    """Write pooling of a whole map in one way: arm's says global, x86's adaptive to 1 x 1."""
    adaptive = bool(attributes.get("adaptive"))
    kept = {k: v for k, v in attributes.items() if k not in ("adaptive", "global_pooling")}
    if attributes.get("global_pooling") or (adaptive and attributes.get("ksize") == (1, 1)):
        return {"pooling_type": kept.get("pooling_type", ""), "whole": True}
    return {**kept, "adaptive": adaptive}


def _slots(named: Mapping[str, list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((slot, name) for slot in sorted(named) for name in named[slot])


def _outputs(operator: Operator) -> tuple[str, ...]:
    """Return the names of the outputs, the result first."""
    slots = sorted(operator.outputs, key=lambda slot: (slot not in _RESULTS, slot))
    return tuple(name for slot in slots for name in operator.outputs[slot])
