"""A log as it is looked at: its file, the filter, and which line is in which row."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

from textual.cache import LRUCache

from tui.logs.cleaning import Shown, shown
from tui.logs.file import Change, LogFile
from tui.logs.pattern import Pattern
from tui.logs.rows import Matches

#: Lines whose text is kept; 32 KiB each at worst.
_KEPT_LINES = 512


class Hunt:
    """A search or filter: what all of its lines have, and those found so far."""

    def __init__(self, *patterns: Pattern) -> None:
        self.patterns: Sequence[Pattern] = patterns
        self.matches = Matches()
        self.is_busy = False
        self.is_over = False

    @property
    def pattern(self) -> Pattern:
        """What the user asked for; the others are the filter's."""
        return self.patterns[0]

    def is_behind(self, size: int) -> bool:
        """Return whether the file's first ``size`` bytes hold something that was not looked at."""
        return self.matches.scanned < size and not self.matches.is_full


class Document:
    """Rows of a log file: all of its lines, or those that ``filter`` lets through."""

    def __init__(self, path: Path) -> None:
        self.file = LogFile(path)
        self.filter: Hunt | None = None
        self._shown: LRUCache[int, Shown] = LRUCache(_KEPT_LINES)

    def poll(self) -> Change:
        """Look for news in the file; see :meth:`LogFile.poll`."""
        last = self.file.lines - 1
        change = self.file.poll()
        if change == "restarted":
            self._shown.clear()
        elif change == "grown":
            self._shown.discard(last)  # it may have been open
        return change

    @property
    def rows(self) -> int:
        """How many rows there are now."""
        return len(self.filter.matches.lines) if self.filter else self.file.lines

    def line_of(self, row: int) -> int:
        """Return the number of the line in ``row``.

        Raises:
            IndexError: there is no such row.
        """
        return self.filter.matches.lines[row] if self.filter else row

    def row_of(self, line: int) -> int:
        """Return the row of ``line``, or of the one that comes next if the filter hides it."""
        row = self.filter.matches.at_or_after(line) if self.filter else line
        return max(0, min(row, self.rows - 1))

    def rows_from(self, line: int) -> int:
        """Return how many rows ``line`` and those after it have."""
        before = self.filter.matches.at_or_after(line) if self.filter else line
        return max(0, self.rows - before)

    def fetch(self, rows: range) -> None:
        """Read the lines of ``rows`` at once, where they follow each other in the file and are not known."""
        lines = [self.line_of(row) for row in rows if row < self.rows]
        missing = [line for line in lines if line not in self._shown]
        if len(missing) < 2 or missing[-1] - missing[0] != len(missing) - 1:
            return
        with contextlib.suppress(OSError):  # then one by one, as they are shown
            for line, raw in enumerate(self.file.consecutive(missing[0], missing[-1]), missing[0]):
                self._shown[line] = shown(raw)

    def shown(self, line: int) -> Shown:
        """Return what is shown of a line; nothing if the file has lost it."""
        found = self._shown.get(line)
        if found is None:
            try:
                found = shown(self.file.line(line))
            except (IndexError, OSError):
                return Shown("")  # truncated since the last look; the next one tells
            self._shown[line] = found
        return found
