"""Arrays kept by the hash of what they were computed from, each sealed with its own hash.

An entry is the SHA-256 of its name and its numbers, then the numbers (little-endian float32). A reader
recomputes that seal, so an entry that was damaged, cut off or put under another name is never taken.
Writers write beside and rename: two at once leave one whole entry, and a full disk leaves none.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

_SEAL = hashlib.sha256().digest_size
_STORED = "<f4"
_BESIDE = ".writing"
#: The folder of the cache for what backbones make of images, and how much may be in it, in bytes: the
#: features of 56,000 images. What a stage itself uses stays, whatever it takes.
FEATURES, FEATURES_LIMIT = "features", 4 * 2**30
#: What a writer that was killed left behind is removed when it is this old, in seconds.
_ABANDONED = 3600.0


class Damaged(Exception):
    """An entry is not what was written."""


class Cache:
    """The entries of one folder; names are hexadecimal hashes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, name: str, shape: Sequence[int]) -> np.ndarray | None:
        """Return the array called ``name``, or None if there is none.

        Raises:
            Damaged: the entry is there and is not what was written.
        """
        path = self._path(name)
        try:
            data = path.read_bytes()
            os.utime(path)  # used: the last to be removed
        except FileNotFoundError:
            return None
        seal, numbers = data[:_SEAL], data[_SEAL:]
        if seal != _seal(name, numbers) or len(numbers) != 4 * np.prod(shape):
            raise Damaged(name)
        return np.frombuffer(numbers, _STORED).reshape(shape)

    def put(self, name: str, array: np.ndarray) -> None:
        """Keep ``array`` (float32) as ``name``.

        Raises:
            OSError: it cannot be written; what is there stays as it is.
        """
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        numbers = np.ascontiguousarray(array, _STORED).tobytes()
        beside = path.with_name(f"{name}-{uuid.uuid4().hex}{_BESIDE}")
        try:
            beside.write_bytes(_seal(name, numbers) + numbers)
            beside.replace(path)
        except OSError:
            beside.unlink(missing_ok=True)
            raise

    def _path(self, name: str) -> Path:
        return self.folder / name[:2] / name


def trim(folder: Path, limit: int, started: float) -> None:
    """Remove what was not used for longest below ``folder`` until ``limit`` bytes are left.

    What was used since ``started`` (seconds since the epoch) stays, whatever it takes.
    """
    entries = sorted(_entries(folder))
    size = sum(taken for _, taken, _ in entries)
    for used, taken, path in entries:
        abandoned = path.name.endswith(_BESIDE) and used < started - _ABANDONED
        if abandoned or (size > limit and used < started):
            path.unlink(missing_ok=True)
            size -= taken


def _entries(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """Give when each file was used, its size and where it is."""
    for path in folder.glob("*/*/*"):
        try:
            known = path.stat()
        except FileNotFoundError:  # another run was quicker
            continue
        yield known.st_mtime, known.st_size, path


def _seal(name: str, numbers: bytes) -> bytes:
    return hashlib.sha256(name.encode() + numbers).digest()
