"""Prediction flatbuffers without their library, and without believing a word that stands in them.

A table is found through offsets, its fields through a table of further offsets (FlatBuffers' "Internals",
google/flatbuffers). Every one of them is checked against the buffer, and all that is read together is
bounded: overlapping vectors can make a small file describe a huge tree.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from stages.message import msg

#: How often more than its own size a buffer may be read. Honest ones share a few strings only.
GENEROSITY = 16


class Malformed(ValueError):
    """The buffer is truncated, damaged, or no flatbuffer; the message says what and at which byte."""


class Buffer:
    """Bytes that can only be read within their bounds."""

    def __init__(self, data: bytes | memoryview) -> None:
        self._data = memoryview(data)
        self._budget = len(self._data) * GENEROSITY

    def root(self) -> Table:
        """Return the table that the buffer begins with."""
        return Table(self, self.follow(0))

    def bytes(self, position: int, size: int) -> memoryview:
        """Return a part of the buffer, not copied.

        Raises:
            Malformed: it lies outside of the buffer, or too much was read already.
        """
        if position < 0 or size < 0 or position + size > len(self._data):
            raise Malformed(
                msg(
                    "{size} bytes at byte {position} are not within its {data} bytes",
                    size,
                    position,
                    len(self._data),
                )
            )
        self._budget -= size
        if self._budget < 0:
            raise Malformed(msg("its parts overlap so that it describes far more than it holds"))
        return self._data[position : position + size]

    def number(self, position: int, kind: str) -> int | float | bool:
        """Return one number; ``kind`` is a format character of :mod:`struct`."""
        value: int | float | bool
        (value,) = struct.unpack(f"<{kind}", self.bytes(position, struct.calcsize(f"<{kind}")))
        return value

    def follow(self, position: int) -> int:
        """Return where the offset at ``position`` points to."""
        return position + int(self.number(position, "I"))

    def vector(self, position: int, size: int) -> tuple[int, memoryview]:
        """Return the number of elements of the vector at ``position``, and their bytes."""
        count = int(self.number(position, "I"))
        return count, self.bytes(position + 4, count * size)

    def string(self, position: int) -> str:
        """Return the string at ``position``."""
        raw = self.vector(position, 1)[1].tobytes()
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Malformed(msg("the string at byte {position} is not UTF-8", position)) from error


@dataclass(frozen=True)
class Table:
    """One table; its fields are numbered as the schema orders them. An absent one has its default."""

    buffer: Buffer
    position: int

    def _field(self, field: int) -> int:
        """Return the position of a field's value, 0 where it is absent."""
        offsets = self.position - int(self.buffer.number(self.position, "i"))
        slot = 4 + 2 * field
        if slot + 2 > int(self.buffer.number(offsets, "H")):
            return 0
        offset = int(self.buffer.number(offsets + slot, "H"))
        return self.position + offset if offset else 0

    def target(self, field: int) -> int:
        """Return the position of what an offset field points to, 0 where it is absent."""
        position = self._field(field)
        return self.buffer.follow(position) if position else 0

    def integer(self, field: int, kind: str, default: int = 0) -> int:
        """Return a whole number; ``kind`` is a format character of :mod:`struct`."""
        position = self._field(field)
        return int(self.buffer.number(position, kind)) if position else default

    def real(self, field: int, kind: str) -> float:
        """Return a floating-point number, 0 where the field is absent."""
        position = self._field(field)
        return float(self.buffer.number(position, kind)) if position else 0.0

    def string(self, field: int) -> str:
        """Return a string, "" where the field is absent."""
        position = self.target(field)
        return self.buffer.string(position) if position else ""

    def strings(self, field: int) -> list[str]:
        """Return a vector of strings."""
        return [self.buffer.string(position) for position in self._targets(field)]

    def table(self, field: int) -> Table | None:
        """Return a nested table, or None where the field is absent."""
        position = self.target(field)
        return Table(self.buffer, position) if position else None

    def tables(self, field: int) -> list[Table]:
        """Return a vector of tables."""
        return [Table(self.buffer, position) for position in self._targets(field)]

    def numbers(self, field: int, kind: str) -> tuple[int | float | bool, ...]:
        """Return a vector of numbers; ``kind`` is a format character of :mod:`struct`."""
        position = self.target(field)
        if not position:
            return ()
        count, raw = self.buffer.vector(position, struct.calcsize(f"<{kind}"))
        return struct.unpack(f"<{count}{kind}", raw)

    def integers(self, field: int, kind: str) -> tuple[int, ...]:
        """Return a vector of whole numbers."""
        return tuple(int(value) for value in self.numbers(field, kind))

    def data(self, field: int) -> memoryview:
        """Return a vector of bytes, not copied."""
        position = self.target(field)
        return self.buffer.vector(position, 1)[1] if position else memoryview(b"")

    def _targets(self, field: int) -> list[int]:
        position = self.target(field)
        if not position:
            return []
        count, _ = self.buffer.vector(position, 4)
        first = position + 4
        return [self.buffer.follow(first + 4 * index) for index in range(count)]
