"""SHA-256 of the project's files, remembered by inode, times and size: an unchanged file is not read.

The time of the last change to the inode (ctime) is one of the times: no program can set it back, so a file
that was changed under its old time is read again. A file that changed less than a moment before it was read
is not remembered: the clock of the file system could miss another change in the same moment.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from os import stat
from pathlib import Path

_SCHEMA = """
create table if not exists hashes (
    path text primary key, inode integer, mtime_ns integer, ctime_ns integer, size integer, sha256 text
)
"""
#: How long ago a file must have changed to be remembered, in nanoseconds.
_SETTLED = 100_000_000
_BLOCK = 1 << 20

#: Path, inode, mtime, ctime, size, SHA-256.
_Row = tuple[str, int, int, int, int, str]


class HashCache:
    """A context manager over ``.paddock/hashes.sqlite``; safe to delete at any time.

    ``folder`` is where all files that will be asked for are: what is remembered of others is not read in.
    """

    def __init__(self, path: Path, folder: Path | None = None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._database = _open(path)
        below = f"{folder}/" if folder else ""
        rows: Iterable[_Row] = self._database.execute(
            "select * from hashes where substr(path, 1, ?) = ?", (len(below), below)
        )
        self._known = {row[0]: row for row in rows}
        self._new: dict[str, _Row] = {}

    def __enter__(self) -> HashCache:
        return self

    def __exit__(self, *_raised: object) -> None:
        rows = self._new.values()
        self._database.executemany("insert or replace into hashes values (?, ?, ?, ?, ?, ?)", rows)
        self._database.commit()
        self._database.close()

    def sha256(self, path: Path | str) -> str:
        """Return the file's SHA-256, reading it only if it changed since it was last read."""
        name = str(path)
        stamp = _stamp_of(name)
        known = self._known.get(name)
        if known and known[1:5] == stamp:
            return known[5]
        digest = _sha256_of(name, stamp[3])
        if time.time_ns() - stamp[2] > _SETTLED:
            self._known[name] = self._new[name] = (name, *stamp, digest)
        return digest

    def unchanged(self) -> Iterator[tuple[Path, int, str]]:
        """Give path, size and SHA-256 of the files that would not be read if they were asked for now."""
        for name, *stamp, digest in self._known.values():
            with suppress(OSError):
                if _stamp_of(name) == tuple(stamp):
                    yield Path(name), stamp[-1], digest


def _stamp_of(name: str) -> tuple[int, int, int, int]:
    status = stat(name)  # noqa: PTH116 - a Path would take as long again
    return status.st_ino, status.st_mtime_ns, status.st_ctime_ns, status.st_size


def _sha256_of(name: str, size: int) -> str:
    digest = hashlib.sha256()
    # Read as large as it is: of many small files, a Path and a buffer would take as long as all else.
    with open(name, "rb", buffering=0) as stream:  # noqa: PTH123
        while block := stream.read(min(size + 1, _BLOCK)):
            digest.update(block)
    return digest.hexdigest()


def _open(path: Path) -> sqlite3.Connection:
    """Open the database; one that a crash or a full disk damaged is made again."""
    try:
        database = sqlite3.connect(path)
        database.execute(_SCHEMA)
    except sqlite3.OperationalError:  # locked, or the disk is full: the file itself is well
        raise
    except sqlite3.DatabaseError:
        database.close()
        path.unlink()
        database = sqlite3.connect(path)
        database.execute(_SCHEMA)
    return database
