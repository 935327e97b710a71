"""Prediction and writing the two files of a legacy Paddle model.

``.pdmodel`` is a serialised ``ProgramDesc`` (paddle/fluid/framework/framework.proto).
``.pdiparams`` is what ``save_combine`` writes: the persistable tensors one after the other, sorted
by name, without their names.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from google.protobuf.message import DecodeError

from stages.errors import StageError
from stages.files import write_bytes
from stages.message import msg
from stages.pitfalls import Pitfall
from stages.program.remedies import PIR_REMEDY
from stages.proto import proto
from stages.text.printable import printable

#: NumPy's types by ``VarType.Type``.
DTYPES: dict[int, np.dtype] = {
    proto.VarType.BOOL: np.dtype("?"),
    proto.VarType.INT16: np.dtype("<i2"),
    proto.VarType.INT32: np.dtype("<i4"),
    proto.VarType.INT64: np.dtype("<i8"),
    proto.VarType.FP16: np.dtype("<f2"),
    proto.VarType.FP32: np.dtype("<f4"),
    proto.VarType.FP64: np.dtype("<f8"),
    proto.VarType.UINT8: np.dtype("u1"),
    proto.VarType.INT8: np.dtype("i1"),
}
_TYPES = {dtype: number for number, dtype in DTYPES.items()}
#: No tensor has more; to multiply thousands of large sizes takes for ever.
_MOST_AXES = 64


def read_program(pdmodel: Path) -> proto.ProgramDesc:
    """Parse a ``.pdmodel``.

    Raises:
        StageError: the file is a PIR model (JSON), or not a program at all.
    """
    data = pdmodel.read_bytes()
    where = printable(str(pdmodel), 400)
    if data.lstrip()[:1] == b"{":
        raise StageError(
            msg(
                "{pdmodel} is a PIR model; Paddle-Lite reads only the legacy format",
                printable(pdmodel.name),
            ),
            where,
            PIR_REMEDY,
            Pitfall.PIR_GIVEN_TO_OPT,
        )
    program = proto.ProgramDesc()
    try:
        program.ParseFromString(data)
    except DecodeError as error:
        raise _not_a_program(pdmodel, where) from error
    is_text = all(isinstance(name, str) for name in _names(program))
    if not is_text or not program.blocks or not program.blocks[0].ops:
        raise _not_a_program(pdmodel, where)
    return program


def _names(program: proto.ProgramDesc) -> Iterator[str | bytes]:
    """Give every name; protobuf returns one that is not UTF-8 as bytes."""
    for block in program.blocks:
        yield from (variable.name for variable in block.vars)
        for operator in block.ops:
            yield operator.type
            yield from (attribute.name for attribute in operator.attrs)
            for slot in (*operator.inputs, *operator.outputs):
                yield from (slot.parameter, *slot.arguments)


def _not_a_program(pdmodel: Path, where: str) -> StageError:
    message = msg("{pdmodel} is not a Paddle program; it may be truncated", printable(pdmodel.name))
    return StageError(message, where, msg("give the inference.pdmodel that export made"))


def parameter_shapes(program: proto.ProgramDesc) -> dict[str, tuple[int, ...]]:
    """Return the declared shape of every persistable tensor by name, in the order of the file."""
    tensors = {
        variable.name: tuple(variable.type.dense_tensor.tensor.dims)
        for variable in program.blocks[0].vars
        if variable.persistable and variable.type.type == proto.VarType.DENSE_TENSOR
    }
    return dict(sorted(tensors.items()))


def read_parameters(pdmodel: Path, pdiparams: Path) -> dict[str, np.ndarray]:
    """Return every parameter of a legacy model by name, as arrays of their own memory.

    Raises:
        StageError: a file is malformed, or the two are not of one model.
    """
    return read_tensors(read_program(pdmodel), pdiparams)


def read_tensors(program: proto.ProgramDesc, pdiparams: Path) -> dict[str, np.ndarray]:
    """Return the tensors of ``pdiparams`` by the names that ``program`` declares.

    Raises:
        StageError: the file is malformed, or is not this program's.
    """
    data, position = pdiparams.read_bytes(), 0
    tensors: dict[str, np.ndarray] = {}
    for name, shape in parameter_shapes(program).items():
        try:
            tensors[name], position = _read_tensor(data, position)
        except (struct.error, ValueError, KeyError, OverflowError, DecodeError) as error:
            found = msg("ends or is damaged at parameter {name}", printable(name))
            raise _mismatch(pdiparams, found) from error
        if tensors[name].shape != shape:
            found = msg("has shape {shape} for {name}", list(tensors[name].shape), printable(name))
            said = msg("{found}, the program says {shape}", found, list(shape[:_MOST_AXES]))
            raise _mismatch(pdiparams, said)
    if position != len(data):
        raise _mismatch(
            pdiparams, msg("has {data} bytes more than the program uses", len(data) - position)
        )
    return tensors


def _read_tensor(data: bytes, position: int) -> tuple[np.ndarray, int]:
    """Read one tensor (Paddle's paddle/phi/core/framework/dense_tensor_serialize.cc)."""
    _version, levels = struct.unpack_from("<IQ", data, position)
    position += 12
    for _ in range(levels):
        (size,) = struct.unpack_from("<Q", data, position)
        position += 8 + size
    _version, size = struct.unpack_from("<Ii", data, position)
    position += 8
    description = proto.VarType.TensorDesc.FromString(data[position : position + size])
    position += size
    dtype, shape = DTYPES[description.data_type], tuple(description.dims)
    count = math.prod(shape[:_MOST_AXES])
    array = np.frombuffer(data, dtype, count, position).reshape(shape).copy()
    return array, position + count * dtype.itemsize


def _mismatch(pdiparams: Path, found: str) -> StageError:
    return StageError(
        msg(
            "{pdiparams} {found}: it is not the file of this program",
            printable(pdiparams.name),
            found,
        ),
        printable(str(pdiparams), 400),
        msg("give the inference.pdmodel and inference.pdiparams of one export"),
    )


def write_program(pdmodel: Path, program: proto.ProgramDesc) -> None:
    """Write a ``.pdmodel``; equal programs give equal bytes."""
    write_bytes(pdmodel, program.SerializeToString(deterministic=True))


def write_parameters(pdiparams: Path, parameters: Mapping[str, np.ndarray]) -> None:
    """Write a ``.pdiparams`` with the parameters in the order that Paddle expects."""
    write_bytes(pdiparams, b"".join(_tensor_bytes(parameters[name]) for name in sorted(parameters)))


def _tensor_bytes(array: np.ndarray) -> bytes:
    tensor = proto.VarType.TensorDesc(data_type=_TYPES[array.dtype], dims=list(array.shape))
    description: bytes = tensor.SerializeToString()
    return struct.pack("<IQIi", 0, 0, 0, len(description)) + description + bytes(array.tobytes())
