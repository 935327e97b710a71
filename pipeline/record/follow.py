"""Reading a run's events while it writes them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from pathlib import Path

from pipeline.record.events import Envelope

#: Bytes read at a time.
_BLOCK = 1 << 18
#: No event is longer, in bytes; what is gets passed over without being kept.
_LONGEST = 1 << 22


def read_events(path: Path) -> Iterator[Envelope]:
    """Give all events of a run's file, as far as they are written."""
    follower = Follower(path)
    while events := follower.read():
        yield from events


class Follower:
    """Gives the events of a file in order, each once, as far as they are written.

    The file may not be there yet, and its last line may be half written. Lines that are not events (a
    crash cut them short, or a later version wrote them) are passed over and counted in ``skipped``. If
    the file is replaced or becomes shorter, it is read from its start again.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.skipped = 0
        self._file = 0
        self._offset = 0
        self._rest = b""
        self._oversized = False
        self._lines: deque[bytes] = deque()

    def read(self, limit: int = 10_000) -> list[Envelope]:
        """Return the next events, at most ``limit``; fewer mean that there are no more for now."""
        envelopes: list[Envelope] = []
        while len(envelopes) < limit and (self._lines or self._fill()):
            while self._lines and len(envelopes) < limit:
                self._decode(self._lines.popleft(), envelopes)
        return envelopes

    def _decode(self, line: bytes, envelopes: list[Envelope]) -> None:
        try:
            envelopes.append(Envelope.decode(line.decode("ascii")))
        except ValueError:
            self.skipped += 1

    def _fill(self) -> bool:
        """Read the next block; tell whether there was one."""
        try:
            block = self._next_block()
        except (FileNotFoundError, NotADirectoryError):
            return False
        self._offset += len(block)
        self._split(block)
        return bool(block)

    def _next_block(self) -> bytes:
        status = self.path.stat()
        if status.st_ino != self._file or status.st_size < self._offset:
            self._start_again(status.st_ino)
        if status.st_size == self._offset:
            return b""
        with self.path.open("rb") as stream:
            stream.seek(self._offset)
            return stream.read(_BLOCK)

    def _start_again(self, file: int) -> None:
        self._file, self._offset, self._rest, self._oversized = file, 0, b"", False

    def _split(self, block: bytes) -> None:
        *lines, rest = (self._rest + block).split(b"\n")
        if self._oversized and lines:
            del lines[0]  # the end of what was too long to keep
            self._oversized = False
        self._lines.extend(lines)
        self._rest = rest
        if len(rest) > _LONGEST:
            self.skipped += not self._oversized
            self._rest, self._oversized = b"", True
