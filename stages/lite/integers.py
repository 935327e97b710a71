"""Weights of 8 and 16 bits in a ``.nb`` file: integers, their scales, and what the loader makes of them.

``LightPredictor::DequantizeWeight`` (lite/api/light_api.cc) turns them back when a file is loaded, operator
by operator, and leaves memory as it lies where it does not know the operator.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stages.lite.naive_buffer import Attribute, NaiveBuffer, Operator

_SCALE = "_quant_scale"
#: What an operator says of weights that were quantised, beside their scales.
_MARKS = ("quantization_type", "quantize_weight_bits")
#: The operators whose weights are turned back, and the axis of their channels, which a scale each has.
_AXES = {"conv2d": 0, "depthwise_conv2d": 0, "fc": -1, "mul": -1, "lookup_table": -1}
_WHOLE = ("int8", "int16")
_MATRIX = 2


@dataclass(frozen=True)
class Integers:
    """Quantised weights.

    Args:
        operator: the type of the one that reads them.
        whole: int8 or int16.
        scales: float32, one a channel.
    """

    operator: str
    whole: np.ndarray
    scales: np.ndarray

    @property
    def bits(self) -> int:
        """Bits of a number."""
        return int(self.whole.dtype.itemsize) * 8

    @property
    def limit(self) -> int:
        """The largest integer that ``opt`` writes."""
        return int(2 ** (self.bits - 1) - 1)

    @property
    def is_turned_back(self) -> bool:
        """Whether a loader knows the operator, and there is a scale for each channel."""
        axis, rank = _AXES.get(self.operator), self.whole.ndim
        if axis is None or rank == 0 or (axis and rank > _MATRIX):
            return False
        return bool(self.whole.shape[axis] == self.scales.size)

    def values(self) -> np.ndarray:
        """Return what the loader makes of them, float32."""
        made: np.ndarray = self.whole.astype(np.float32) * self.along(self.scales)
        return made

    def largest(self, weights: np.ndarray) -> np.ndarray:
        """Return each channel's largest weight of the same shape."""
        axis = _AXES[self.operator] % weights.ndim
        found: np.ndarray = np.abs(weights).max(tuple(n for n in range(weights.ndim) if n != axis))
        return found

    def along(self, channels: np.ndarray) -> np.ndarray:
        """Return numbers, one a channel, along the axis of the channels."""
        axis = _AXES[self.operator] % self.whole.ndim
        return channels.reshape([-1 if n == axis else 1 for n in range(self.whole.ndim)])


def scaled(operator: Operator) -> list[str]:
    """Return the inputs of an operator that have scales."""
    names = {name for slot in operator.inputs.values() for name in slot}
    return sorted(name for name in names if name + _SCALE in operator.attributes)


def scale_attributes(operator: Operator) -> list[str]:
    """Return the names of the attributes that turning back needs."""
    return [*_MARKS, *(name + _SCALE for name in scaled(operator))] if scaled(operator) else []


def integers(nb: NaiveBuffer) -> dict[str, Integers]:
    """Return every quantised tensor of a file by name, with the scales that its first reader has."""
    found: dict[str, Integers] = {}
    for operator in nb.every_operator():
        for name in scaled(operator):
            tensor = nb.tensors.get(name)
            if tensor is None or tensor.dtype not in _WHOLE or name in found:
                continue
            whole = np.frombuffer(tensor.data, tensor.dtype).reshape(tensor.shape)
            found[name] = Integers(
                operator.type, whole, _numbers(operator.attributes[name + _SCALE])
            )
    return found


def _numbers(attribute: Attribute) -> np.ndarray:
    """Return the numbers of an attribute, float32; none if it is no list of them."""
    listed = attribute if isinstance(attribute, tuple) else ()
    return np.array([value for value in listed if isinstance(value, float)], np.float32)


def lost(nb: NaiveBuffer) -> list[str]:
    """Return the names of tensors of integers that no loader turns back."""
    known = integers(nb)
    return sorted(
        name
        for name, tensor in nb.tensors.items()
        if tensor.dtype in _WHOLE and not (name in known and known[name].is_turned_back)
    )
