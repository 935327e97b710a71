"""What is searched for: plain text; its case counts only if it has capital letters."""

from __future__ import annotations

import re
from functools import cached_property

#: All that a line may hold without looking different when it is shown.
_PLAIN = bytes(range(0x20, 0x7F)) + b"\n"


class Pattern:
    """Finds ``text`` in lines as they are shown."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._flags = re.IGNORECASE if text == text.lower() else re.RegexFlag(0)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pattern) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    @cached_property
    def _in_text(self) -> re.Pattern[str]:
        return re.compile(re.escape(self.text), self._flags)

    @cached_property
    def _in_bytes(self) -> re.Pattern[bytes]:
        return re.compile(re.escape(self.text.encode("utf-8")), self._flags)

    def is_in(self, line: str) -> bool:
        """Tell whether the shown ``line`` has it."""
        return self._in_text.search(line) is not None

    def spans(self, line: str) -> list[tuple[int, int]]:
        """Return where it is in the shown ``line``, as character positions."""
        return [found.span() for found in self._in_text.finditer(line)]

    def find(self, plain: bytes, start: int) -> int:
        """Return where it is next in a chunk that :func:`is_plain`, in bytes; -1 if it is not."""
        found = self._in_bytes.search(plain, start)
        return found.start() if found else -1


def is_plain(chunk: bytes) -> bool:
    """Tell whether all lines of ``chunk`` are shown just as they are in the file."""
    return not chunk.translate(None, _PLAIN)
