"""Searching a log: a thread goes through the file in batches, and goes on with what is added to it."""

from __future__ import annotations

import os
import re
import time
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tui.logs.cleaning import shown
from tui.logs.reading import Piece, cut_line, walk

#: Matches that are kept, eight bytes each.
MOST_MATCHES = 1_000_000
#: Seconds between two batches that are handed over, and that a pass leaves to others after each chunk.
_TELL_EVERY, _BREATH = 0.1, 0.001
#: All that a line may hold without looking different when it is shown.
_PLAIN = bytes(range(0x20, 0x7F)) + b"\n"


class Pattern:
    """Finds ``text`` in lines as they are shown; its case counts only if it has capital letters."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._any_case = text == text.lower()
        self._in_bytes = text.encode("utf-8", "replace")
        self._in_text = re.compile(re.escape(text), re.IGNORECASE if self._any_case else 0)

    def spans(self, line: str) -> list[tuple[int, int]]:
        """Return where it is in the shown ``line``, as character positions."""
        return [found.span() for found in self._in_text.finditer(line)]

    def is_in(self, line: bytes) -> bool:
        """Return whether ``line`` has it when it is shown."""
        return self._in_text.search(shown(line)) is not None

    def lines_in(self, piece: Piece, descriptor: int) -> Iterator[int]:
        """Yield the numbers, from 0, of the piece's lines that have it."""
        if piece.data is not None and not piece.data.translate(None, _PLAIN):
            yield from self._plain_lines(piece.data)
            return
        for number, line in enumerate(piece.lines(descriptor)):
            if self.is_in(line):
                yield number

    def _plain_lines(self, data: bytes) -> Iterator[int]:
        """Look for bytes: a regular expression would hold up the screen's thread for a whole chunk."""
        text = data.lower() if self._any_case else data
        number = counted = 0
        found = text.find(self._in_bytes)
        while found >= 0:
            start = data.rfind(b"\n", 0, found) + 1
            end = data.find(b"\n", found)
            number += data.count(b"\n", counted, start)
            counted = start
            if self.is_in(cut_line(data[start : end if end >= 0 else len(data)])):
                yield number
            found = text.find(self._in_bytes, end) if end >= 0 else -1


@dataclass(frozen=True)
class Batch:
    """Matching lines, in order, and how far (bytes) the pass has come.

    A later pass goes on from ``line``, whose first byte is ``offset``: the first that may still change.
    """

    lines: array[int]
    line: int
    offset: int
    scanned: int


class Search:
    """What is searched for, and the lines found so far. Only the screen's thread changes it."""

    def __init__(self, text: str) -> None:
        self.pattern = Pattern(text)
        self.lines: array[int] = array("Q")
        self.scanned = 0
        self.is_busy = False
        self.is_over = False
        self._line = self._offset = 0

    def is_behind(self, size: int) -> bool:
        """Return whether the file's first ``size`` bytes hold something that was not looked at."""
        return self.scanned < size and len(self.lines) < MOST_MATCHES

    def run(
        self, descriptor: int, stop: int, tell: Callable[[Batch], None], is_over: Callable[[], bool]
    ) -> None:
        """Look through the file up to ``stop`` (bytes) in a thread, and close ``descriptor``.

        Args:
            descriptor: the file.
            stop: the file's size.
            tell: gets what is found, a few times a second, for :meth:`take`; the last time up to ``stop``.
            is_over: asked after every chunk whether the rest is of no interest any more.
        """
        found, line, offset = array("Q"), self._line, self._offset
        room, told = MOST_MATCHES - len(self.lines), time.monotonic()
        try:
            for piece in walk(descriptor, offset, stop):
                matches = [line + number for number in self.pattern.lines_in(piece, descriptor)]
                found.extend(matches)
                room -= len(matches)
                if piece.is_ended:
                    line, offset = line + piece.count, piece.end
                if is_over():
                    return
                if room <= 0:
                    break
                if time.monotonic() - told >= _TELL_EVERY:
                    tell(Batch(found, line, offset, offset))
                    found, told = array("Q"), time.monotonic()
                time.sleep(_BREATH)
            tell(Batch(found, line, offset, stop))
        finally:
            os.close(descriptor)

    def take(self, batch: Batch) -> None:
        """Take a batch; what was found in the line that was open is forgotten: it was looked at again."""
        while self.lines and self.lines[-1] >= self._line:
            self.lines.pop()
        self.lines.extend(batch.lines[: MOST_MATCHES - len(self.lines)])
        self._line, self._offset, self.scanned = batch.line, batch.offset, batch.scanned

    # Going through the matches.

    def from_line(self, line: int) -> int | None:
        """Return the first match from ``line`` on; None if there is none (yet)."""
        position = bisect_left(self.lines, line)
        return self.lines[position] if position < len(self.lines) else None

    def next(self, line: int) -> int | None:
        """Return the match after ``line``, going round at the end; None if there is none."""
        after = self.from_line(line + 1)
        return self.from_line(0) if after is None else after

    def previous(self, line: int) -> int | None:
        """Return the match before ``line``, going round at the beginning; None if there is none."""
        return self.lines[bisect_left(self.lines, line) - 1] if self.lines else None

    def number(self, line: int) -> int:
        """Return which match, from 1, ``line`` is; 0 if it is none."""
        return bisect_left(self.lines, line) + 1 if self.from_line(line) == line else 0
