"""What is searched for: plain text; its case counts only if it has capital letters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

#: All that a line may hold without looking different when it is shown.
_PLAIN = bytes(range(0x20, 0x7F)) + b"\n"


class Pattern:
    """Finds ``text`` in lines as they are shown."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._any_case = text == text.lower()
        self._in_bytes = text.encode("utf-8", "replace")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pattern) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    @cached_property
    def _in_text(self) -> re.Pattern[str]:
        return re.compile(re.escape(self.text), re.IGNORECASE if self._any_case else 0)

    def is_in(self, line: str) -> bool:
        """Return whether the shown ``line`` has it."""
        return self._in_text.search(line) is not None

    def spans(self, line: str) -> list[tuple[int, int]]:
        """Return where it is in the shown ``line``, as character positions."""
        return [found.span() for found in self._in_text.finditer(line)]

    def positions(self, plain: bytes) -> Iterator[int]:
        """Yield where it is in a chunk that :func:`is_plain`, in bytes, once a line.

        No regular expression: those would hold up the screen's thread for as long as a chunk takes.
        """
        text = plain.lower() if self._any_case else plain
        found = text.find(self._in_bytes)
        while found >= 0:
            yield found
            line_end = text.find(b"\n", found)
            found = text.find(self._in_bytes, line_end) if line_end >= 0 else -1


def is_plain(chunk: bytes) -> bool:
    """Return whether all lines of ``chunk`` are shown just as they are in the file."""
    return not chunk.translate(None, _PLAIN)
