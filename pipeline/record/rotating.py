"""A log that never fills the disk: once it is large it becomes ``NAME.1``, and goes on under its own name."""

from __future__ import annotations

from pathlib import Path

#: Bytes of one file; there are two at most.
LARGE = 128 << 20
#: More bytes than a line has; progress that overwrites itself never ends one.
_LINE = 1 << 20


class RotatingLog:
    """Appends bytes as they come; a context manager."""

    def __init__(self, path: Path, large: int = LARGE) -> None:
        self._path, self._large = path, large
        self._open()

    def _open(self) -> None:
        self._stream = self._path.open("ab", buffering=0)
        self._size = self._stream.tell()

    def __enter__(self) -> RotatingLog:
        return self

    def __exit__(self, *_raised: object) -> None:
        self._stream.close()

    def write(self, data: bytes) -> None:
        """Append ``data``; go on in a new file once this one is full, between two lines if there are any."""
        self._stream.write(data)
        self._size += len(data)
        full = self._large if data.endswith(b"\n") else self._large + _LINE
        if self._size >= full:
            self._stream.close()
            self._path.replace(self._path.with_name(f"{self._path.name}.1"))
            self._open()
            self.write(f"(what was before is in {self._path.name}.1)\n".encode())
