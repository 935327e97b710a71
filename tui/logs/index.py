"""Where a file's lines start, in eight bytes for every 32 KiB of the file, whatever its lines are like."""

from __future__ import annotations

from array import array
from bisect import bisect_left

#: Bytes of the file between two entries.
BLOCK = 32 * 1024


class LineIndex:
    """Counts line ends, block by block; :meth:`block_of` tells in which block a given one is."""

    def __init__(self) -> None:
        self._before = array("Q", [0])  # line ends before each block
        self._open = False
        self.size = 0
        self.line_ends = 0

    @property
    def lines(self) -> int:
        """Lines so far; the last may have no line end yet."""
        return self.line_ends + self._open

    @property
    def is_last_open(self) -> bool:
        """Whether the last line may still grow."""
        return self._open

    def feed(self, data: bytes) -> None:
        """Take the bytes that follow those fed before."""
        start = 0
        while start < len(data):
            end = min(len(data), start + BLOCK - self.size % BLOCK)
            self.line_ends += data.count(b"\n", start, end)
            self.size += end - start
            if self.size % BLOCK == 0:
                self._before.append(self.line_ends)
            start = end
        if data:
            self._open = not data.endswith(b"\n")

    def block_of(self, line_end: int) -> tuple[int, int]:
        """Return which block the file's line end number ``line_end`` is in, and its number there.

        Blocks count from 0, line ends from 1.

        Raises:
            IndexError: there are not that many.
        """
        if not 1 <= line_end <= self.line_ends:
            raise IndexError(f"line end {line_end} of {self.line_ends}")
        block = bisect_left(self._before, line_end) - 1
        return block, line_end - self._before[block]
