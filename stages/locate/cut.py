"""A ``.nb`` file that ends after one of its operators and gives what that made: Lite shows no other values.

The file stays as it is but for three places in its program (framework.fbs): how many operators the block has,
which one follows the last of them (``fetch``), and what that fetches. So the operators before run as in the
whole file, with the same kernels and everything fused as ``opt`` fused it, which a program that is cut before
``opt`` sees it would not.
"""

from __future__ import annotations

import struct

from stages.lite.flatbuffer import Buffer, Table
from stages.lite.nb import HEAD_SIZE

#: Fields of framework.fbs, and where the head has the program's size (:mod:`stages.lite.nb`).
_BLOCKS, _OPERATORS, _TYPE, _INPUTS, _ARGUMENTS = 0, 3, 0, 1, 1
_SIZE = 18


def cut(data: bytes, size: int, number: int, variable: str) -> bytes:
    """Return a file that ends after one of its operators.

    Args:
        data: the whole file, of one block.
        size: of its program, in bytes, as its head says.
        number: of the operator, from 0.
        variable: what the file calls the result of it that is to be given.

    Raises:
        Malformed: the program is damaged.
    """
    program = bytearray(data[HEAD_SIZE : HEAD_SIZE + size])
    block = Buffer(bytes(program)).root().tables(_BLOCKS)[0]
    operators = block.tables(_OPERATORS)
    fetch = next(item for item in reversed(operators) if item.string(_TYPE) == "fetch")
    count = block.target(_OPERATORS)
    _point(program, count + 4 * (number + 2), fetch.position)
    struct.pack_into("<I", program, count, number + 2)
    program += bytes(-len(program) % 4)
    _point(program, _fetched(fetch), len(program))
    name = variable.encode("utf-8")
    program += struct.pack("<I", len(name)) + name + b"\0"
    program += bytes(-len(program) % 8)
    head = bytearray(data[:HEAD_SIZE])
    struct.pack_into("<Q", head, _SIZE, len(program))
    return bytes(head) + bytes(program) + data[HEAD_SIZE + size :]


def _fetched(fetch: Table) -> int:
    """Return where the operator ``fetch`` points to the name of what it fetches."""
    return fetch.tables(_INPUTS)[0].target(_ARGUMENTS) + 4


def _point(program: bytearray, position: int, target: int) -> None:
    """Let the offset at ``position`` point to ``target``, which stands behind it."""
    struct.pack_into("<I", program, position, target - position)
