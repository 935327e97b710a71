"""Real ``.nb`` files with one thing in them changed, in place and of the same length."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np

from stages.lite.flatbuffer import Buffer, Table
from stages.lite.integers import integers
from stages.lite.naive_buffer import read_naive_buffer
from stages.lite.nb import HEAD_SIZE

#: Of framework.fbs' attributes that are one number: field and format.
_SCALARS: dict[type, tuple[int, str]] = {bool: (8, "?"), int: (2, "i"), float: (3, "f")}


def with_attribute(nb: Path, out: Path, kind: str, name: str, value: float | bool) -> Path:
    """Write ``nb`` with another number as attribute of its first operator of this kind that has it."""
    data = bytearray(nb.read_bytes())
    head = read_naive_buffer(nb).head
    program = Buffer(bytes(data[HEAD_SIZE : HEAD_SIZE + head.program_size]))
    for operator in program.root().tables(0)[0].tables(3):
        for attribute in operator.tables(3) if operator.string(0) == kind else ():
            if attribute.string(0) == name:
                _write(data, attribute, value)
                out.write_bytes(data)
                return out
    raise AssertionError(f"no {kind} has {name}")


def _write(data: bytearray, attribute: Table, value: float | bool) -> None:
    field, form = _SCALARS[type(value)]
    position = attribute._field(field)
    assert position, "the number is a default, which the file does not hold"
    struct.pack_into(f"<{form}", data, HEAD_SIZE + position, value)


def with_tensor(nb: Path, out: Path, name: str, change: Callable[[np.ndarray], np.ndarray]) -> Path:
    """Write ``nb`` with another value of a parameter."""
    data, tensor = nb.read_bytes(), read_naive_buffer(nb).tensors[name]
    old = tensor.data.tobytes()
    assert data.count(old) == 1
    new = change(np.frombuffer(old, tensor.dtype).reshape(tensor.shape)).astype(tensor.dtype)
    out.write_bytes(data.replace(old, new.tobytes()))
    return out


def with_kind(nb: Path, out: Path, kind: str, other: str) -> Path:
    """Write ``nb`` with another type, of the same length, for all operators of one."""
    data = nb.read_bytes()
    old, new = (struct.pack("<I", len(text)) + text.encode() + b"\0" for text in (kind, other))
    assert len(old) == len(new) and old in data
    out.write_bytes(data.replace(old, new))
    return out


def with_scale(nb: Path, out: Path, name: str, factor: float) -> Path:
    """Write ``nb`` with the first channel's scale of a quantised parameter multiplied."""
    scales = integers(read_naive_buffer(nb))[name].scales
    old, data = scales.tobytes(), nb.read_bytes()
    assert data.count(old) == 1
    scales[0] *= factor
    out.write_bytes(data.replace(old, scales.tobytes()))
    return out
