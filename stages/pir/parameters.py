"""The parameters of a PIR model, ``inference.pdiparams``, read without Paddle and without a pickle.

The file is what ``save_combine`` writes: the stored tensors one after the other in the order of their
sorted names. Each is uint32 version, uint64 LoD levels, uint32 version of the tensor, int32 size of a
description, the description, and the bytes (paddle/phi/core/framework/dense_tensor_serialize.cc).
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from stages.errors import IntegrityError
from stages.message import msg
from stages.text.printable import printable

_HEADER = struct.Struct("<IQIi")
#: ``VarType.TensorDesc`` in protobuf's wire format: field 1 is the type, field 2 repeated the sizes
#: (paddle/fluid/framework/framework.proto); FP32 is 5 there.
_TYPE_TAG, _SIZE_TAG, _FLOAT32 = 0x08, 0x10, 5


def read_parameters(path: Path, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    """Return the float32 parameters by name; they cannot be written to.

    Args:
        path: of the ``.pdiparams`` file.
        shapes: of all stored parameters by name, as the program has them.

    Raises:
        IntegrityError: the file is missing, damaged, or another program's; names the parameter.
    """
    if not path.is_file():
        raise _refusal(path, msg("it is missing"))
    data, position = path.read_bytes(), 0
    parameters: dict[str, np.ndarray] = {}
    for name in sorted(shapes):
        try:
            parameters[name], position = _read_tensor(data, position, shapes[name])
        except struct.error as error:
            why = msg("it ends in the middle")
            raise _refusal(
                path, msg("at parameter {name}: {error}", printable(name), why)
            ) from error
        except ValueError as error:
            raise _refusal(
                path, msg("at parameter {name}: {error}", printable(name), error)
            ) from error
    if position != len(data):
        raise _refusal(
            path, msg("{data} bytes are left after the last parameter", len(data) - position)
        )
    return parameters


def _read_tensor(data: bytes, position: int, shape: tuple[int, ...]) -> tuple[np.ndarray, int]:
    version, levels, tensor_version, size = _HEADER.unpack_from(data, position)
    start = position + _HEADER.size
    if (version, levels, tensor_version) != (0, 0, 0) or not 0 < size <= len(data) - start:
        raise ValueError(msg("no tensor of a known version at byte {position}", position))
    dtype, found = _read_description(data[start : start + size])
    if dtype != _FLOAT32 or found != shape:
        raise ValueError(
            msg(
                "type {dtype} and shape {found}; the program says {shape}",
                dtype,
                list(found[:8]),
                list(shape),
            )
        )
    start, count = start + size, math.prod(shape)
    if start + 4 * count > len(data):
        raise ValueError(msg("it ends in the middle"))
    return np.frombuffer(data, "<f4", count, start).reshape(shape), start + 4 * count


def _read_description(data: bytes) -> tuple[int, tuple[int, ...]]:
    """Return data type and shape of a ``TensorDesc``.

    Raises:
        ValueError: it is none.
    """
    dtype, shape, position = -1, [], 0
    while position < len(data):
        tag = data[position]
        number, position = _varint(data, position + 1)
        if tag == _TYPE_TAG:
            dtype = number
        elif tag == _SIZE_TAG:
            shape.append(number)
        else:
            raise ValueError(msg("its description has the unknown tag {tag}", tag))
    return dtype, tuple(shape)


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = 0
    for count, byte in enumerate(data[position : position + 10]):
        value |= (byte & 0x7F) << (7 * count)
        if byte < 0x80:
            return value, position + count + 1
    raise ValueError(msg("its description is cut off"))


def _refusal(path: Path, why: str) -> IntegrityError:
    return IntegrityError(
        msg("{path} is not the file of this model: {why}", printable(path.name), why),
        printable(str(path), 400),
        msg("fetch the model again: inference.json and inference.pdiparams must be of one export"),
    )
