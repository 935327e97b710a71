"""Activations, alone or fused into the operator before them, with every number that the file gives them.

Several of Paddle 3's kernels have such numbers built in (``hard_swish`` 3 and 6, ``relu6`` 6, ``swish`` 1,
paddle/phi/kernels/funcs/activation_functor.h) and ignore the attribute. Where the file says another number,
the activation is written as its formula.
"""

from __future__ import annotations

from collections.abc import Callable

from stages.emulation.call import Call, Reading
from stages.message import msg
from stages.text.printable import printable

#: Returns the variable that the activation makes of ``x``; the attributes' names begin with ``prefix``.
_Apply = Callable[[Call, str, str], str]
_FORMULAS = "lite/operators/activation_ops.cc"


def _plain(kind: str) -> _Apply:
    """Return an activation without numbers."""
    return lambda call, x, _prefix: call.make(kind, {"X": x})


def _hard_swish(call: Call, x: str, prefix: str) -> str:
    """``x · min(max(x + offset, 0), threshold) / scale``."""
    offset, threshold, scale = (
        call.number(prefix + name) for name in ("offset", "threshold", "scale")
    )
    if (offset, threshold, scale) == (3.0, 6.0, 6.0):
        return call.make("hard_swish", {"X": x})
    shifted = call.make("scale", {"X": x}, {"scale": 1.0, "bias": offset})
    gate = call.make("clip", {"X": shifted}, {"min": 0.0, "max": threshold})
    scaled = call.make("scale", {"X": gate}, {"scale": 1.0 / scale})
    return call.make("elementwise_mul", {"X": x, "Y": scaled}, {"axis": -1})


def _swish(call: Call, x: str, name: str) -> str:
    """``x / (1 + exp(-beta · x))``; ``name`` is the attribute that beta is."""
    beta = call.number(name)
    if beta == 1.0:
        return call.make("swish", {"X": x})
    gate = call.make("sigmoid", {"X": call.make("scale", {"X": x}, {"scale": beta})})
    return call.make("elementwise_mul", {"X": x, "Y": gate}, {"axis": -1})


def _clipped(call: Call, x: str, threshold: float) -> str:
    """``min(max(x, 0), threshold)``."""
    if threshold == 6.0:
        return call.make("relu6", {"X": x})
    return call.make("clip", {"X": x}, {"min": 0.0, "max": threshold})


def _hard_sigmoid(call: Call, x: str, prefix: str) -> str:
    """``min(max(slope · x + offset, 0), 1)``."""
    settings = {name: call.number(prefix + name) for name in ("slope", "offset")}
    return call.make("hard_sigmoid", {"X": x}, settings)


def _leaky(call: Call, x: str, alpha: float) -> str:
    return call.make("leaky_relu", {"X": x}, {"alpha": alpha})


def _gelu(call: Call, x: str, prefix: str) -> str:
    approximate = bool(call.attribute(prefix + "approximate", False))
    return call.make("gelu", {"X": x}, {"approximate": approximate})


#: By kind, alone: the attributes are called as the formula calls them.
_ALONE: dict[str, _Apply] = {
    **{
        kind: _plain(kind)
        for kind in (
            "relu",
            "sigmoid",
            "silu",
            "tanh",
            "exp",
            "log",
            "abs",
            "sqrt",
            "rsqrt",
            "square",
        )
    },
    "hard_swish": _hard_swish,
    "swish": lambda call, x, prefix: _swish(call, x, prefix + "beta"),
    "relu6": lambda call, x, prefix: _clipped(call, x, call.number(prefix + "threshold")),
    "hard_sigmoid": _hard_sigmoid,
    "leaky_relu": lambda call, x, prefix: _leaky(call, x, call.number(prefix + "alpha")),
    "gelu": _gelu,
}
#: By kind, fused into a convolution (lite/operators/conv_op.h, conv_transpose_op.cc).
_IN_CONVOLUTION: dict[str, _Apply] = {
    **{kind: _plain(kind) for kind in ("relu", "sigmoid", "tanh", "abs")},
    "relu6": lambda call, x, _: _clipped(call, x, call.number("fuse_brelu_threshold")),
    "leaky_relu": lambda call, x, _: _leaky(call, x, call.number("leaky_relu_alpha")),
    "hard_swish": lambda call, x, _: _hard_swish(call, x, "hard_swish_"),
    "hard_sigmoid": _hard_sigmoid,
    "swish": lambda call, x, _: _swish(call, x, "swish_scale"),
}
#: By kind, fused into ``fc``, ``scale`` or an elementwise operator (lite/operators/fc_op.cc, scale_op.cc).
_IN_OTHERS: dict[str, _Apply] = {
    **{kind: _plain(kind) for kind in ("relu", "tanh", "abs")},
    "relu6": lambda call, x, _: _clipped(call, x, call.number("alpha")),
    "leaky_relu": lambda call, x, _: _leaky(call, x, call.number("alpha")),
}


def of_convolution(call: Call, x: str) -> str:
    """Return ``x`` after the activation that is fused into the convolution, if there is one."""
    kind = call.attribute("act_type", "")
    return _fused(call, x, str(kind) if call.attribute("with_act", False) else "", _IN_CONVOLUTION)


def of_other(call: Call, x: str, attribute: str) -> str:
    """Return ``x`` after the activation that ``attribute`` names, if there is one."""
    return _fused(call, x, str(call.attribute(attribute, "")), _IN_OTHERS)


def _fused(call: Call, x: str, kind: str, known: dict[str, _Apply]) -> str:
    if not kind:
        return x
    if kind not in known:
        call.refuse(msg("has the fused activation {kind}, which is not known", printable(kind)))
    return known[kind](call, x, "")


def _reading(kind: str, apply: _Apply) -> Reading:
    def write(call: Call) -> None:
        call.give("Out", apply(call, call.tensor("X"), ""))

    return Reading(kind, _FORMULAS, write)


READINGS = tuple(_reading(kind, apply) for kind, apply in _ALONE.items())
