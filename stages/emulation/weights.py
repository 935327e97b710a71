"""The parameters of a ``.nb`` file as the runtime sees them: weights of 8 and 16 bits turned back.

What kernels of half precision read is rounded when a file is loaded.
"""

from __future__ import annotations

import numpy as np

from stages.emulation.call import NotEmulatedError
from stages.emulation.half import half_marks, to_half
from stages.lite.integers import integers
from stages.lite.naive_buffer import NaiveBuffer, Tensor
from stages.message import msg
from stages.text.printable import printable


def parameters(nb: NaiveBuffer, *, rounds: bool = True) -> dict[str, np.ndarray]:
    """Return every parameter by name, quantised and half-precision weights as float32.

    Args:
        nb: the file.
        rounds: whether weights that are turned into half precision are rounded to it.

    Raises:
        NotEmulatedError: weights are quantised at an operator whose weights no loader turns back.
    """
    found = {name: _array(tensor) for name, tensor in nb.tensors.items()}
    for name, whole in integers(nb).items():
        if not whole.is_turned_back:
            raise NotEmulatedError(
                msg(
                    "operator {type} has weights of {bits} bits, which no loader turns back",
                    printable(whole.operator),
                    whole.bits,
                )
            )
        found[name] = whole.values()
    for operator in nb.every_operator() if rounds else ():
        for name in half_marks(operator).keys() & found.keys():
            found[name] = to_half(found[name])
    return found


def _array(tensor: Tensor) -> np.ndarray:
    return np.frombuffer(tensor.data, tensor.dtype).reshape(tensor.shape)
