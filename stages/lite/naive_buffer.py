"""The whole of a ``.nb`` file (naive buffer, meta version 2), with the standard library alone.

So the host can read it too, and a file for another machine can be looked into without running it.
After the head (``nb.py``) stand the program (lite/model_parser/flatbuffers/framework.fbs) and the parameters:
u16 version, u16 size of meta information; u16 size of the following header, which is u16 number and
u32 largest size of the parameters; then each parameter: u32 size, u32 offset, and its flatbuffer
(lite/model_parser/flatbuffers/param.fbs; lite/model_parser/model_parser.cc writes them).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from stages.errors import StageError
from stages.lite.fingerprint import tensor_fingerprint
from stages.lite.flatbuffer import Buffer, Malformed, Table
from stages.lite.nb import HEAD_SIZE, Head, malformed, parse_head
from stages.message import msg
from stages.text.printable import printable

#: Names (as NumPy's) and sizes in bytes of ``VarType.Type`` in framework.fbs.
DTYPES = {
    0: ("bool", 1), 1: ("int16", 2), 2: ("int32", 4), 3: ("int64", 8), 4: ("float16", 2),
    5: ("float32", 4), 6: ("float64", 8), 20: ("uint8", 1), 21: ("int8", 1),
}  # fmt: skip
#: No tensor has more; to multiply thousands of large sizes takes for ever.
_MOST_AXES = 64
_LOD_TENSOR = 1  # the only member of param.fbs' union VariableDesc

Attribute = int | float | bool | str | tuple[int | float | bool, ...] | tuple[str, ...]


@dataclass(frozen=True)
class Tensor:
    """One parameter: its bytes are a view into the file's."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    data: memoryview

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of type, shape and bytes (not of the name)."""
        return tensor_fingerprint(self.dtype, self.shape, self.data)


@dataclass(frozen=True)
class Operator:
    """One operator: variable names by slot, attributes by name."""

    type: str
    inputs: dict[str, list[str]]
    outputs: dict[str, list[str]]
    attributes: dict[str, Attribute]

    def input(self, slot: str) -> str:
        """Return the first variable of an input slot, or "" if it has none."""
        return next(iter(self.inputs.get(slot, ())), "")

    def output(self, slot: str) -> str:
        """Return the first variable of an output slot, or "" if it has none."""
        return next(iter(self.outputs.get(slot, ())), "")


@dataclass(frozen=True)
class Block:
    """Operators in order of execution, and the declared shape of every variable that has one."""

    operators: list[Operator]
    shapes: dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class NaiveBuffer:
    """All that a ``.nb`` file says."""

    path: Path
    head: Head
    blocks: list[Block]
    tensors: dict[str, Tensor]

    @property
    def operators(self) -> list[Operator]:
        """The operators of the main block."""
        return self.blocks[0].operators

    @cached_property
    def fingerprints(self) -> dict[str, str]:
        """The fingerprint of every parameter by name."""
        return {name: tensor.fingerprint for name, tensor in self.tensors.items()}

    def every_operator(self) -> Iterator[Operator]:
        """Give the operators of all blocks."""
        for block in self.blocks:
            yield from block.operators


def read_naive_buffer(nb: Path) -> NaiveBuffer:
    """Parse a ``.nb`` file.

    Raises:
        StageError: the file is missing, truncated, damaged, or of another kind; says what and where.
    """
    try:
        data = nb.read_bytes()
    except OSError as error:
        message = msg("{nb} cannot be read: {strerror}", printable(nb.name), error.strerror)
        raise StageError(message, printable(str(nb), 400), msg("give the .nb file")) from error
    return parse_naive_buffer(data, nb)


def parse_naive_buffer(data: bytes, nb: Path) -> NaiveBuffer:
    """Parse the content of a ``.nb`` file; ``nb`` names it in errors.

    Raises:
        StageError: as :func:`read_naive_buffer`.
    """
    head = parse_head(data, nb)
    end = HEAD_SIZE + head.program_size
    view = memoryview(data)
    try:
        blocks = _program(Buffer(view[HEAD_SIZE:end]))
    except Malformed as error:
        raise malformed(nb, msg("its program is damaged: {error}", error)) from error
    try:
        tensors = _by_name(_parameters(view[end:]))
    except Malformed as error:
        raise malformed(nb, msg("its parameters are damaged: {error}", error)) from error
    return NaiveBuffer(nb, head, blocks, tensors)


def _program(buffer: Buffer) -> list[Block]:
    blocks = [_block(table) for table in buffer.root().tables(0)]
    if not blocks or not blocks[0].operators:
        raise Malformed(msg("it has no operators"))
    return blocks


def _block(table: Table) -> Block:
    shapes = dict(_variable(item) for item in table.tables(2))
    return Block([_operator(item) for item in table.tables(3)], shapes)


def _variable(table: Table) -> tuple[str, tuple[int, ...]]:
    """Return a variable's name and its declared shape, () where none is declared."""
    kind = table.table(1)
    described = kind.table(2) if kind else None
    tensor = described.table(0) if described else None
    return table.string(0), tensor.integers(1, "q") if tensor else ()


def _operator(table: Table) -> Operator:
    inputs = {item.string(0): item.strings(1) for item in table.tables(1)}
    outputs = {item.string(0): item.strings(1) for item in table.tables(2)}
    attributes = {item.string(0): _attribute(item) for item in table.tables(3)}
    return Operator(table.string(0), inputs, outputs, attributes)


def _attribute(table: Table) -> Attribute:
    """Return an attribute's value; which field it stands in follows from its type (framework.fbs)."""
    kind = table.integer(1, "i")
    if kind in _INTEGERS:
        return table.integer(*_INTEGERS[kind])
    if kind in _VECTORS:
        return table.numbers(*_VECTORS[kind])
    if kind in _REALS:
        return table.real(*_REALS[kind])
    if kind == _STRING:
        return table.string(4)
    if kind == _STRINGS:
        return tuple(table.strings(7))
    if kind == _BOOLEAN:
        return bool(table.integer(8, "B"))
    raise Malformed(msg("an attribute is of type {kind}, which this reader does not know", kind))


_STRING, _STRINGS, _BOOLEAN = 2, 5, 6
_INTEGERS = {0: (2, "i"), 8: (10, "i"), 9: (11, "q")}
_REALS = {1: (3, "f"), 15: (14, "d")}
_VECTORS = {3: (5, "i"), 4: (6, "f"), 7: (9, "?"), 10: (12, "i"), 11: (13, "q"), 12: (15, "d")}


def _parameters(data: memoryview) -> Iterator[Tensor]:
    """Give every parameter; the table must fill the rest of the file to its last byte."""
    table = Buffer(data)
    version, meta = int(table.number(0, "H")), int(table.number(2, "H"))
    if version != 0:
        raise Malformed(msg("their version is {version}, expected 0", version))
    position = 4 + meta
    header, count = int(table.number(position, "H")), int(table.number(position + 2, "H"))
    position += 2 + header
    for _ in range(count):
        size, offset = int(table.number(position, "I")), int(table.number(position + 4, "I"))
        if not 4 <= offset <= size:
            raise Malformed(
                msg(
                    "the entry at byte {position} has its content at {offset} of {size}",
                    position,
                    offset,
                    size,
                )
            )
        yield _tensor(Buffer(table.bytes(position + 4 + offset, size - offset)))
        position += 4 + size
    if position != len(data):
        raise Malformed(msg("{data} bytes follow the last of them", len(data) - position))


def _by_name(tensors: Iterator[Tensor]) -> dict[str, Tensor]:
    found: dict[str, Tensor] = {}
    for tensor in tensors:
        if tensor.name in found:
            raise Malformed(msg("{tensor} stands there twice", printable(tensor.name)))
        found[tensor.name] = tensor
    return found


def _tensor(buffer: Buffer) -> Tensor:
    table = buffer.root()
    name, described = table.string(1), table.table(3)
    if table.integer(2, "B") != _LOD_TENSOR or described is None:
        raise Malformed(msg("{name} is not a tensor", printable(name)))
    shape, kind, data = described.integers(2, "q"), described.integer(3, "i"), described.data(4)
    if kind not in DTYPES:
        raise Malformed(msg("{name} has the unknown type {kind}", printable(name), kind))
    dtype, size = DTYPES[kind]
    negative = any(length < 0 for length in shape)
    if negative or len(shape) > _MOST_AXES or math.prod(shape) * size != len(data):
        found = msg("{data} bytes for {dtype} of shape {shape}", len(data), dtype, list(shape)[:8])
        raise Malformed(msg("{name} has {found}", printable(name), found))
    return Tensor(name, dtype, shape, data)
