"""Files that load and run, and of which Paddle-Lite is known to compute something else than they say."""

from __future__ import annotations

from stages.lite.integers import integers, lost
from stages.lite.kernels import Precision, is_half, precision_of
from stages.lite.naive_buffer import NaiveBuffer, Operator
from stages.message import msg
from stages.pitfalls import Pitfall
from stages.text.printable import printable

#: The activations that the x86 kernel of a convolution in 8 bits computes; of another one it says nothing
#: and computes none (lite/kernels/x86/conv_compute.cc).
_KNOWN_IN_8_BITS = ("", "relu", "relu6", "leaky_relu")
_CONVOLUTIONS = ("conv2d", "depthwise_conv2d")


def unsound(nb: NaiveBuffer, target: str) -> tuple[str, Pitfall] | None:
    """Return why what the runtime computes of a file for ``target`` is not what it says; None if it is."""
    if names := sorted(set(lost(nb)) - _taken_in_8_bits(nb)):
        why = msg(
            "no loader turns back the integers of {count} weights, the first is {name}",
            len(names),
            printable(names[0]),
        )
        return why, Pitfall.QUANTISED_GARBAGE
    if is_half(nb) and integers(nb):
        why = msg("half precision reads the biases of weights that are integers as other numbers")
        return why, Pitfall.QUANTISED_FP16
    if target == "x86" and (dropped := _dropped(nb)):
        why = msg(
            "its convolutions of 8 bits are to apply {activations}, which their kernel leaves out",
            ", ".join(dropped),
        )
        return why, Pitfall.INT8_ACTIVATION_DROPPED
    return None


def _in_8_bits(nb: NaiveBuffer) -> list[Operator]:
    """Return the operators that compute with integers, of a model that was quantised before."""
    return [item for item in nb.every_operator() if precision_of(item) is Precision.INT8]


def _taken_in_8_bits(nb: NaiveBuffer) -> set[str]:
    """Return what such operators read: their kernels take integers as they are."""
    slots = (names for operator in _in_8_bits(nb) for names in operator.inputs.values())
    return {name for names in slots for name in names}


def _dropped(nb: NaiveBuffer) -> list[str]:
    """Return the activations that convolutions of 8 bits have and do not apply."""
    fused = {
        str(operator.attributes.get("act_type", ""))
        for operator in _in_8_bits(nb)
        if operator.type in _CONVOLUTIONS and operator.attributes.get("with_act")
    }
    return sorted(printable(name) for name in fused.difference(_KNOWN_IN_8_BITS))
