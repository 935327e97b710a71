"""The parameters of a ``.nb`` file as the runtime sees them: weights of 8 and 16 bits turned back.

``LightPredictor::DequantizeWeight`` (lite/api/light_api.cc) does it when a file is loaded, operator by
operator; what kernels of half precision read is rounded then.
"""

from __future__ import annotations

import numpy as np

from stages.emulation.call import NotEmulatedError
from stages.emulation.half import half_marks, to_half
from stages.lite.naive_buffer import NaiveBuffer, Operator, Tensor
from stages.message import msg
from stages.text.printable import printable

_SCALE = "_quant_scale"
#: What an operator says of weights that were quantised, beside their scales.
MARKS = ("quantization_type", "quantize_weight_bits")
_BY_ROW, _BY_COLUMN = ("conv2d", "depthwise_conv2d"), ("fc", "mul", "lookup_table")
_WHOLE = ("int8", "int16")


def parameters(nb: NaiveBuffer, *, rounds: bool = True) -> dict[str, np.ndarray]:
    """Return every parameter by name, quantised and half-precision weights as float32.

    Args:
        nb: the file.
        rounds: whether weights that are turned into half precision are rounded to it.

    Raises:
        NotEmulatedError: weights are quantised at an operator whose weights no loader turns back.
    """
    found = {name: _array(tensor) for name, tensor in nb.tensors.items()}
    for operator in nb.every_operator():
        for name in scaled(operator):
            if name in found and str(found[name].dtype) in _WHOLE:
                found[name] = _turned_back(operator, name, found[name])
        for name in half_marks(operator).keys() & found.keys() if rounds else ():
            found[name] = to_half(found[name])
    return found


def scaled(operator: Operator) -> list[str]:
    """Return the inputs of an operator that have scales."""
    names = {name for slot in operator.inputs.values() for name in slot}
    return sorted(name for name in names if name + _SCALE in operator.attributes)


def scale_attributes(operator: Operator) -> list[str]:
    """Return the names of the attributes that turning back needs."""
    return [*MARKS, *(name + _SCALE for name in scaled(operator))] if scaled(operator) else []


def _array(tensor: Tensor) -> np.ndarray:
    return np.frombuffer(tensor.data, tensor.dtype).reshape(tensor.shape)


def _turned_back(operator: Operator, name: str, whole: np.ndarray) -> np.ndarray:
    scales = np.asarray(operator.attributes[name + _SCALE], np.float32)
    by_row = operator.type in _BY_ROW
    if not by_row and operator.type not in _BY_COLUMN:
        raise NotEmulatedError(
            msg(
                "operator {type} has weights of {bits} bits, which no loader turns back",
                printable(operator.type),
                whole.dtype.itemsize * 8,
            )
        )
    shape = (-1, *([1] * (whole.ndim - 1))) if by_row else (1,) * (whole.ndim - 1) + (-1,)
    return whole.astype(np.float32) * scales.reshape(shape)
