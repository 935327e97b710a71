"""A shared library's ELF file, read and not run, with the standard library alone.

System V ABI, chapters 4 and 5: the header, the segments that are loaded, and the libraries that are needed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from stages.message import msg

MAGIC = b"\x7fELF"
_LITTLE, _SHARED, _LONGEST_NAME = 1, 3, 256
_MOST_HEADERS, _MOST_ENTRIES = 256, 4096
_LOAD, _DYNAMIC, _WRITABLE = 1, 2, 2
_END, _NEEDED, _STRINGS = 0, 1, 5


class NotALibraryError(ValueError):
    """The bytes are no library of the kind that was asked for; the text says what they are instead."""


@dataclass(frozen=True)
class _Class:
    """How a class of files, 32 or 64 bits, lays its numbers out."""

    header: struct.Struct
    program: struct.Struct
    entry: struct.Struct
    fields: tuple[int, ...]
    """where a program header has kind, flags, offset, address, size in the file, alignment"""


_CLASSES = {
    1: _Class(
        struct.Struct("<HHIIIIIHHHHHH"),
        struct.Struct("<IIIIIIII"),
        struct.Struct("<iI"),
        (0, 6, 1, 2, 4, 7),
    ),
    2: _Class(
        struct.Struct("<HHIQQQIHHHHHH"),
        struct.Struct("<IIQQQQQQ"),
        struct.Struct("<qQ"),
        (0, 1, 2, 3, 5, 7),
    ),
}
_64_BITS = 2


@dataclass(frozen=True)
class Segment:
    """A program header: what is loaded from where in the file, to which address."""

    kind: int
    flags: int
    offset: int
    address: int
    size: int
    align: int


@dataclass(frozen=True)
class Elf:
    """What the header of a shared library says.

    Args:
        data: the whole file.
        machine: the processor's number.
        bits: 32 or 64.
        segments: the program headers.
    """

    data: bytes
    machine: int
    bits: int
    segments: tuple[Segment, ...]

    @property
    def page(self) -> int:
        """The largest page that a system may have which loads it, in bytes: the smallest alignment."""
        return min((item.align for item in self.segments if item.kind == _LOAD), default=0)

    def constants(self) -> Iterator[bytes]:
        """Give what is loaded and cannot be written to; it must all be in the file, once.

        Raises:
            NotALibraryError: it is not.
        """
        constant = [it for it in self.segments if it.kind == _LOAD and not it.flags & _WRITABLE]
        if sum(item.size for item in constant) > len(self.data):
            raise _damaged()
        for item in constant:
            yield self.data[item.offset : item.offset + item.size]

    def needed(self) -> Iterator[bytes]:
        """Give the names of the libraries that it needs.

        Raises:
            NotALibraryError: it is cut off.
        """
        entries = [*self._entries()]
        strings = next((value for tag, value in entries if tag == _STRINGS), 0)
        loaded = [item for item in self.segments if item.kind == _LOAD]
        for tag, value in entries:
            for item in loaded if tag == _NEEDED else ():
                if item.address <= strings < item.address + item.size:
                    start = item.offset + strings - item.address + value
                    yield self.data[start : start + _LONGEST_NAME].partition(b"\0")[0]

    def _entries(self) -> Iterator[tuple[int, int]]:
        """Give the entries of the dynamic section."""
        entry = _CLASSES[self.bits // 32].entry
        for item in self.segments:
            if item.offset + item.size > len(self.data):
                raise _damaged()
            if item.kind != _DYNAMIC:
                continue
            for index in range(min(item.size // entry.size, _MOST_ENTRIES)):
                tag, value = entry.unpack_from(self.data, item.offset + index * entry.size)
                if tag == _END:
                    break
                yield tag, value


def read_elf(data: bytes) -> Elf:
    """Read the header and the program headers of a shared library.

    Raises:
        NotALibraryError: it is none, or is cut off.
    """
    if data[:4] != MAGIC or data[5:6] != bytes([_LITTLE]) or data[4] not in _CLASSES:
        raise NotALibraryError(msg("it is no ELF library"))
    layout = _CLASSES[data[4]]
    try:
        fields = layout.header.unpack_from(data, 16)
        if fields[0] != _SHARED:
            raise NotALibraryError(msg("it is no shared library"))
        start, size, count = fields[4], fields[8], fields[9]
        if size != layout.program.size or count > _MOST_HEADERS or start > len(data):
            raise _damaged()  # an offset may be larger than an index can be
        headers = [layout.program.unpack_from(data, start + n * size) for n in range(count)]
    except struct.error as error:
        raise _damaged() from error
    segments = (Segment(*(header[field] for field in layout.fields)) for header in headers)
    return Elf(data, fields[1], 32 * data[4], tuple(segments))


def _damaged() -> NotALibraryError:
    return NotALibraryError(msg("it is cut off or damaged"))
