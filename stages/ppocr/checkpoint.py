"""PaddleOCR's ``.pdparams``: a pickle, and therefore read with care.

``paddle.load`` runs whatever a pickle says. Here only the few names are allowed that a saved
``state_dict`` of NumPy arrays needs; anything else is refused before it is called.
"""

from __future__ import annotations

import io
import pickle
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from stages.errors import IntegrityError
from stages.files import write_bytes
from stages.message import msg

#: ``paddle.save`` adds this entry: state-dict key → Paddle's name of the parameter.
NAME_TABLE = "StructuredToParameterName@@"


def _encode(text: str, encoding: str) -> bytes:
    """Stand in for ``codecs.encode``, by which protocol 2 writes bytes; no other codec."""
    if encoding != "latin1":
        raise pickle.UnpicklingError(msg("it uses the codec {encoding}", repr(encoding)))
    return text.encode("latin1")


_RECONSTRUCT = np.core.multiarray._reconstruct
_SCALAR = np.core.multiarray.scalar
#: All that may be looked up while unpickling: NumPy 1 and 2 name the same functions differently.
ALLOWED: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("_codecs", "encode"): _encode,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("numpy.core.multiarray", "_reconstruct"): _RECONSTRUCT,
    ("numpy._core.multiarray", "_reconstruct"): _RECONSTRUCT,
    ("numpy.core.multiarray", "scalar"): _SCALAR,
    ("numpy._core.multiarray", "scalar"): _SCALAR,
    ("numpy.core.numeric", "_frombuffer"): np.core.numeric._frombuffer,
    ("numpy._core.numeric", "_frombuffer"): np.core.numeric._frombuffer,
}
_PROTOCOL = 4


class _StateUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        try:
            return ALLOWED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(
                msg("it refers to {module}.{name}", module, name)
            ) from None


def load_parameters(path: Path) -> dict[str, np.ndarray]:
    """Read a ``.pdparams`` file that ``paddle.save`` made of a ``state_dict``.

    Returns:
        array by state-dict key (such as ``backbone.conv1.conv.weight``), the name table left out.

    Raises:
        IntegrityError: the file is no such pickle, or refers to anything but NumPy arrays.
    """
    try:
        state = _StateUnpickler(io.BytesIO(path.read_bytes()), encoding="latin1").load()
    except (pickle.UnpicklingError, ValueError, TypeError, KeyError, IndexError) as error:
        raise _refusal(path, str(error)) from error
    except (EOFError, AttributeError, OverflowError, MemoryError) as error:
        raise _refusal(path, msg("it is damaged ({name})", type(error).__name__)) from error
    if not isinstance(state, dict):
        raise _refusal(path, msg("it holds a {name}, not a dictionary", type(state).__name__))
    return {str(key): _array(path, key, state[key]) for key in state if key != NAME_TABLE}


def save_parameters(path: Path, parameters: Mapping[str, np.ndarray]) -> None:
    """Write what ``paddle.load`` reads as a state dict: the same bytes for the same parameters.

    ``paddle.save``'s name table is left out: it says how far Paddle's count of names had come.
    """
    state = {
        key: np.ascontiguousarray(parameters[key]).reshape(parameters[key].shape)
        for key in sorted(parameters)
    }
    write_bytes(path, pickle.dumps(state, protocol=_PROTOCOL))


def _array(path: Path, key: Any, value: Any) -> np.ndarray:
    """Take the array out of ``value``; older Paddle saves a pair of name and array."""
    if isinstance(value, tuple) and len(value) == 2:
        value = value[1]
    if not isinstance(value, np.ndarray) or value.dtype.hasobject:
        raise _refusal(path, msg("its entry {key} is not an array of numbers", f"{key!r:.80}"))
    return value


def _refusal(path: Path, why: str) -> IntegrityError:
    return IntegrityError(
        msg("{path} is not a checkpoint that Paddock reads: {why}", path.name, why[:200]),
        str(path),
        msg("give a .pdparams file that paddle.save made of a state_dict"),
    )
