"""Protobuf's wire format, as far as a program's description needs it: numbers, bytes, and nothing run."""

from __future__ import annotations

from collections.abc import Iterator

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_LENGTHS = {_FIXED64: 8, _FIXED32: 4}


class WireError(ValueError):
    """The bytes are no message."""


def read_message(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Give the fields of a message in their order: number, and a signed 64-bit number or bytes.

    Raises:
        WireError: it is cut off, or no message.
    """
    position = 0
    while position < len(data):
        tag, position = _varint(data, position)
        field, kind = tag >> 3, tag & 7
        if kind == _VARINT:
            value, position = _varint(data, position)
            yield field, _signed(value)
            continue
        if kind == _BYTES:
            length, position = _varint(data, position)
        elif kind in _LENGTHS:
            length = _LENGTHS[kind]
        else:
            raise WireError
        if position + length > len(data):
            raise WireError
        yield field, data[position : position + length]
        position += length


def packed(data: bytes) -> list[int]:
    """Return the numbers of a packed field.

    Raises:
        WireError: it is cut off.
    """
    numbers, position = list[int](), 0
    while position < len(data):
        value, position = _varint(data, position)
        numbers.append(_signed(value))
    return numbers


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while position < len(data) and shift < 70:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
    raise WireError
