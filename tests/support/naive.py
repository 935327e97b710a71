"""Naive buffers (``.nb``) for tests: written as Paddle-Lite lays them out, with no Paddle-Lite."""

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

#: ``VarType.Type`` of the types that tests use (framework.fbs).
_TYPES = {"float32": (5, "f"), "int64": (3, "q")}
_LOD_TENSOR = 7


@dataclass(frozen=True)
class Scalar:
    kind: str
    value: float


@dataclass(frozen=True)
class Vector:
    kind: str
    values: Sequence[float]


Fields = Mapping[int, Any]


def flatbuffer(fields: Fields) -> bytes:
    """Write a table: numbers as Scalar or Vector, strings, bytes, tables as mappings, lists of them."""
    out = bytearray(4)
    struct.pack_into("<I", out, 0, _table(out, fields))
    return bytes(out)


def _table(out: bytearray, fields: Fields) -> int:
    """Append a table behind its offsets, then what it points to; return its position."""
    slots, body, pending = [0] * (max(fields, default=-1) + 1), bytearray(4), []
    for number, value in fields.items():
        slots[number] = len(body)
        if isinstance(value, Scalar):
            body += struct.pack(f"<{value.kind}", value.value)
        else:
            pending.append((len(body), value))
            body += bytes(4)
    head = struct.pack(f"<HH{len(slots)}H", 4 + 2 * len(slots), len(body), *slots)
    out += head
    position = len(out)
    struct.pack_into("<i", body, 0, len(head))
    out += body
    for at, value in pending:
        _point(out, position + at, value)
    return position


def _point(out: bytearray, at: int, value: Any) -> None:
    """Append ``value`` and let the offset at ``at`` point to it."""
    target = _table(out, value) if isinstance(value, Mapping) else len(out)
    struct.pack_into("<I", out, at, target - at)
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, bytes):
        out += struct.pack("<I", len(value)) + value
    elif isinstance(value, Vector):
        packed = struct.pack(f"<{len(value.values)}{value.kind}", *value.values)
        out += struct.pack("<I", len(value.values)) + packed
    elif isinstance(value, list):
        out += struct.pack("<I", len(value)) + bytes(4 * len(value))
        for index, item in enumerate(value):
            _point(out, target + 4 + 4 * index, item)


@dataclass(frozen=True)
class Op:
    """An operator for :func:`naive_buffer`; its kernel's target is given by number (4 is arm)."""

    type: str
    inputs: Mapping[str, list[str]] = field(default_factory=dict)
    outputs: Mapping[str, list[str]] = field(default_factory=dict)
    target: int = 4
    attributes: Mapping[str, Any] = field(default_factory=dict)

    def fields(self) -> Fields:
        kernel = {"__@kernel_type_attr@__": f"{self.type}/def/{self.target}/1/1"}
        attributes = [_attribute(name, v) for name, v in {**kernel, **self.attributes}.items()]
        return {0: self.type, 1: _slots(self.inputs), 2: _slots(self.outputs), 3: attributes}


def _slots(names: Mapping[str, list[str]]) -> list[Fields]:
    return [{0: slot, 1: list(names[slot])} for slot in names]


def _attribute(name: str, value: Any) -> Fields:
    if isinstance(value, bool):
        return {0: name, 1: Scalar("i", 6), 8: Scalar("B", value)}
    if isinstance(value, int):
        return {0: name, 1: Scalar("i", 0), 2: Scalar("i", value)}
    if isinstance(value, float):
        return {0: name, 1: Scalar("i", 1), 3: Scalar("f", value)}
    if isinstance(value, str):
        return {0: name, 1: Scalar("i", 2), 4: value}
    return {0: name, 1: Scalar("i", 3), 5: Vector("i", value)}


@dataclass(frozen=True)
class Parameter:
    name: str
    shape: tuple[int, ...]
    values: Sequence[float]
    dtype: str = "float32"

    def fields(self) -> Fields:
        number, kind = _TYPES[self.dtype]
        data = struct.pack(f"<{len(self.values)}{kind}", *self.values)
        described = {2: Vector("q", self.shape), 3: Scalar("i", number), 4: data}
        return {1: self.name, 2: Scalar("B", 1), 3: described}


def variable(name: str, shape: Sequence[int]) -> Fields:
    tensor = {0: Scalar("i", 5), 1: Vector("q", shape)}
    return {0: name, 1: {0: Scalar("i", _LOD_TENSOR), 2: {0: tensor}}}


def naive_buffer(
    operators: Iterable[Op],
    parameters: Sequence[Parameter],
    shapes: Mapping[str, Sequence[int]],
    version: str = "v2.13-rc",
) -> bytes:
    """Return the bytes of a whole file."""
    block = {
        2: [variable(name, shape) for name, shape in shapes.items()],
        3: [operator.fields() for operator in operators],
    }
    program = flatbuffer({0: [block]})
    entries = [flatbuffer(parameter.fields()) for parameter in parameters]
    largest = max(map(len, entries), default=0)
    table = struct.pack("<HHHHI", 0, 0, 6, len(entries), largest)
    for entry in entries:
        table += struct.pack("<II", len(entry) + 4, 4) + entry
    return struct.pack("<H16sQ", 2, version.encode(), len(program)) + program + table


def small_model(target: int = 4, classes: int = 3, version: str = "v2.13-rc") -> bytes:
    """A model of one layer: an image [N, 3, 48, W] through ``fc`` and softmax."""
    operators = [
        Op("feed", {"X": ["feed"]}, {"Out": ["x"]}, target=1, attributes={"col": 0}),
        Op(
            "fc",
            {"Input": ["x"], "W": ["linear.w_0"], "Bias": ["linear.b_0"]},
            {"Out": ["y"]},
            target,
            {"op_type": "mul", "in_num_col_dims": 1, "alpha": 0.5, "axes": [0, 2], "trans": False},
        ),
        Op("softmax", {"X": ["y"]}, {"Out": ["z"]}, target, {"axis": 2}),
        Op("fetch", {"X": ["z"]}, {"Out": ["fetch"]}, target=1),
    ]
    parameters = [
        Parameter("linear.w_0", (2, classes), [float(n) for n in range(2 * classes)]),
        Parameter("linear.b_0", (classes,), [0.25] * classes),
    ]
    return naive_buffer(operators, parameters, {"x": (-1, 3, 48, -1)}, version)


def write_small_model(folder: Path, name: str = "model_arm.nb", **changes: Any) -> Path:
    """Write :func:`small_model` to a file."""
    path = folder / name
    path.write_bytes(small_model(**changes))
    return path
