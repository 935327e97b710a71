"""Reading lines of any length in bounded memory, by position, so that threads can share a descriptor."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

#: Bytes of a line that are looked at; what is longer is cut.
LONGEST_LINE = 64 * 1024
#: Bytes that are read at once when going through a file.
CHUNK = 256 * 1024


@dataclass(frozen=True)
class Piece:
    """Whole lines from ``start`` to ``end`` (bytes), or the open line at the file's end.

    ``data`` is None if it is one line that is longer than a chunk.
    """

    start: int
    end: int
    data: bytes | None
    is_ended: bool

    @property
    def count(self) -> int:
        """How many lines ended in it."""
        return self.is_ended if self.data is None else self.data.count(b"\n")

    def lines(self, descriptor: int) -> Iterator[bytes]:
        """Yield its lines, cut as :func:`read_line` cuts them."""
        if self.data is None:
            yield read_line(descriptor, self.start, self.end - self.is_ended)
        else:
            yield from map(cut_line, self.data.removesuffix(b"\n").split(b"\n"))


def read_line(descriptor: int, start: int, end: int) -> bytes:
    """Read the line between two positions (its line end left out); what was truncated since is missing."""
    if end - start <= LONGEST_LINE:
        return os.pread(descriptor, end - start, start)
    half = LONGEST_LINE // 2
    return _cut(os.pread(descriptor, half, start), os.pread(descriptor, half, end - half))


def cut_line(line: bytes) -> bytes:
    """Return ``line`` as :func:`read_line` would."""
    half = LONGEST_LINE // 2
    return line if len(line) <= LONGEST_LINE else _cut(line[:half], line[-half:])


def _cut(head: bytes, tail: bytes) -> bytes:
    """Keep the end of a progress line, which overwrote what came before, and the beginning of any other."""
    last = tail.rstrip(b"\r")
    return last[last.index(b"\r") :] if b"\r" in last else head


def walk(descriptor: int, start: int, stop: int) -> Iterator[Piece]:
    """Yield the file from ``start``, the beginning of a line, to ``stop`` in pieces of whole lines."""
    while start < stop:
        data = os.pread(descriptor, min(CHUNK, stop - start), start)
        if not data:
            return  # truncated meanwhile
        whole = data.rfind(b"\n") + 1
        if whole:
            piece = Piece(start, start + whole, data[:whole], True)
        elif start + len(data) < stop:
            piece = _long_line(descriptor, start, start + len(data), stop)
        else:
            piece = Piece(start, start + len(data), data, False)
        yield piece
        start = piece.end


def _long_line(descriptor: int, start: int, position: int, stop: int) -> Piece:
    """Return the line from ``start`` that has not ended at ``position``."""
    while position < stop:
        data = os.pread(descriptor, min(CHUNK, stop - position), position)
        found = data.find(b"\n")
        if found >= 0:
            return Piece(start, position + found + 1, None, True)
        if not data:
            break
        position += len(data)
    return Piece(start, position, None, False)
