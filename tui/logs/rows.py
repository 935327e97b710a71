"""Which line is in which row: all of them, or those that a filter lets through."""

from __future__ import annotations

from array import array
from bisect import bisect_left

from tui.logs.scan import Batch, Place

#: Matches that are kept, eight bytes each.
MOST_MATCHES = 1_000_000


class Matches:
    """The lines that a scan has found so far, in order, and where it goes on."""

    def __init__(self) -> None:
        self.lines: array[int] = array("Q")
        self.then = Place()
        self.scanned = 0

    @property
    def is_full(self) -> bool:
        """Whether more matches than are kept were found."""
        return len(self.lines) >= MOST_MATCHES

    def take(self, batch: Batch, scanned: int) -> None:
        """Take a scan's next batch; ``scanned`` is how far (bytes) it has come.

        What was found in the line that was open is forgotten: the scan looked at it again.
        """
        while self.lines and self.lines[-1] >= self.then.line:
            self.lines.pop()
        self.lines.extend(batch.lines[: MOST_MATCHES - len(self.lines)])
        self.then, self.scanned = batch.then, scanned

    def at_or_after(self, line: int) -> int:
        """Return the position in ``lines`` of the first match from ``line`` on."""
        return bisect_left(self.lines, line)

    def next(self, line: int) -> int | None:
        """Return the match after ``line``, going round at the end; None if there is none."""
        if not self.lines:
            return None
        position = self.at_or_after(line + 1)
        return self.lines[position if position < len(self.lines) else 0]

    def previous(self, line: int) -> int | None:
        """Return the match before ``line``, going round at the beginning; None if there is none."""
        return self.lines[self.at_or_after(line) - 1] if self.lines else None

    def number(self, line: int) -> int:
        """Return which match, from 1, ``line`` is; 0 if it is none."""
        position = self.at_or_after(line)
        found = position < len(self.lines) and self.lines[position] == line
        return position + 1 if found else 0
