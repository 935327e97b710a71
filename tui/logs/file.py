"""One log file that may not exist yet, grow, be replaced or go away while it is looked at."""

from __future__ import annotations

import contextlib
import os
import stat
from array import array
from bisect import bisect_left
from pathlib import Path
from typing import Literal

from textual.cache import LRUCache

from tui.language import N_
from tui.logs.cleaning import shown
from tui.logs.reading import CHUNK, cut_line, read_line

Change = Literal["none", "grown", "restarted"]

#: Bytes of the file between two entries of its index.
BLOCK = 32 * 1024
#: Bytes that one :meth:`LogFile.poll` takes in at most, so that a key never waits for a big file.
_SLICE = 4 * 1024 * 1024
#: Blocks whose line ends are kept; 64 KiB each at worst.
_KEPT_BLOCKS = 64
#: Lines whose shown text is kept; 32 KiB each at worst.
_KEPT_LINES = 512
#: Bytes at a file's beginning that tell it from another that took its place.
_HEAD = 256


class LineIndex:
    """Counts line ends, block by block; :meth:`block_of` returns in which block a given one is."""

    def __init__(self) -> None:
        self._before = array("Q", [0])  # line ends before each block
        self._open = False
        self.size = 0
        self.line_ends = 0

    @property
    def lines(self) -> int:
        """Lines so far; the last may have no line end yet."""
        return self.line_ends + self._open

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


class LogFile:
    """Gives lines by number. Reads by position through one descriptor, and keeps little of the text."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.trouble = ""
        self._descriptor: int | None = None
        self._identity = (0, 0)
        self._on_disk = 0
        self._restart()

    def _restart(self) -> None:
        self.index = LineIndex()
        self._head = b""
        self._line_ends: LRUCache[int, array[int]] = LRUCache(_KEPT_BLOCKS)
        self._shown: LRUCache[int, str] = LRUCache(_KEPT_LINES)

    @property
    def is_open(self) -> bool:
        """Whether there is, or was, a file to read."""
        return self._descriptor is not None

    @property
    def unread(self) -> int:
        """Bytes on the disk that :meth:`poll` has not taken in yet."""
        return max(0, self._on_disk - self.index.size)

    @property
    def on_disk(self) -> int:
        """The file's size in bytes when it was last looked at."""
        return self._on_disk

    @property
    def lines(self) -> int:
        """Lines taken in so far."""
        return self.index.lines

    def close(self) -> None:
        """Give the descriptor back; :meth:`poll` opens the file again."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def duplicate(self) -> int:
        """Return a descriptor of its own for a thread, which closes it.

        Raises:
            OSError: the file is not open.
        """
        return os.dup(-1 if self._descriptor is None else self._descriptor)

    def poll(self) -> Change:
        """Look for news (one ``stat``), and take in a slice of it.

        Why a file cannot be read is in ``trouble`` (English) until it can; a file that went away can
        still be read.
        """
        try:
            found = self.path.stat()
            if not stat.S_ISREG(found.st_mode):
                raise OSError(N_("not a regular file"))
            restarted = self._open_if_new(found)
            grown = self._take_in(found.st_size)
        except FileNotFoundError:
            self.trouble = N_("the file is gone") if self.is_open else ""
            return "none"
        except OSError as error:
            self.trouble = error.strerror or str(error)
            return "none"
        self.trouble = ""
        return "restarted" if restarted else "grown" if grown else "none"

    def _open_if_new(self, found: os.stat_result) -> bool:
        """Open the file at first, and again (True) if another took its place or it was cut short."""
        was_open = self.is_open
        identity = (found.st_dev, found.st_ino)
        same = self.is_open and identity == self._identity and found.st_size >= self.index.size
        if same and (found.st_size == self.index.size or self._begins_as_before()):
            return False
        self.close()
        self._descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        self._identity = identity
        self._restart()
        return was_open

    def _begins_as_before(self) -> bool:
        return self._read(len(self._head), 0) == self._head

    def _take_in(self, size: int) -> bool:
        self._on_disk = size
        data = self._read(min(_SLICE, size - self.index.size), self.index.size)
        if len(self._head) < _HEAD:
            self._head += data[: _HEAD - len(self._head)]
        if data:
            self._shown.discard(self.lines - 1)  # it may have been open
            self.index.feed(data)
        return bool(data)

    def _read(self, length: int, position: int) -> bytes:
        if self._descriptor is None or length <= 0:
            return b""
        return os.pread(self._descriptor, length, position)

    def line(self, number: int) -> bytes:
        """Return line ``number``, from 0, cut if it is long; empty if the file lost it meanwhile.

        Raises:
            IndexError: there is no such line.
        """
        start, end = self.span(number)
        return b"" if self._descriptor is None else read_line(self._descriptor, start, end)

    def shown(self, number: int) -> str:
        """Return what is shown of a line; nothing if the file has lost it."""
        found = self._shown.get(number)
        if found is None:
            try:
                found = shown(self.line(number))
            except (IndexError, OSError):
                return ""  # truncated since the last look; the next one notices
            self._shown[number] = found
        return found

    def fetch(self, numbers: range) -> None:
        """Read the lines that :meth:`shown` will be asked for at once, unless that would be too much."""
        missing = [line for line in numbers if line < self.lines and line not in self._shown]
        if len(missing) < 2:
            return
        first, last = missing[0], missing[-1]
        start, end = self.span(first)[0], self.span(last)[1]
        if end - start > CHUNK:
            return
        with contextlib.suppress(OSError):  # then one by one, as they are shown
            lines = self._read(end - start, start).split(b"\n")[: last - first + 1]
            for number, line in enumerate(lines, first):
                self._shown[number] = shown(cut_line(line))

    def span(self, number: int) -> tuple[int, int]:
        """Return where line ``number`` starts and ends (its line end left out), in bytes.

        Raises:
            IndexError: there is no such line.
        """
        if not 0 <= number < self.lines:
            raise IndexError(f"line {number} of {self.lines}")
        start = self._position_of(number) + 1 if number else 0
        is_ended = number < self.index.line_ends
        return start, max(start, self._position_of(number + 1) if is_ended else self.index.size)

    def _position_of(self, line_end: int) -> int:
        block, nth = self.index.block_of(line_end)
        ends = self._line_ends.get(block)
        if ends is None or nth > len(ends):  # the last block grows
            ends = self._line_ends[block] = self._find_line_ends(block)
        return block * BLOCK + (ends[nth - 1] if nth <= len(ends) else 0)

    def _find_line_ends(self, block: int) -> array[int]:
        data = self._read(min(BLOCK, self.index.size - block * BLOCK), block * BLOCK)
        ends = array("H")
        found = data.find(b"\n")
        while found >= 0:
            ends.append(found)
            found = data.find(b"\n", found + 1)
        return ends
