"""SHA-256 of the project's files, remembered by (inode, mtime, size): an unchanged file is not read."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import TracebackType

from stages.contract import hash_file

_SCHEMA = """
create table if not exists files (
    path text primary key, inode integer, mtime_ns integer, size integer, sha256 text
)
"""

_Stamp = tuple[int, int, int]


class HashCache:
    """A context manager over ``.paddock/hashes.sqlite``; safe to delete at any time."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._database = _open(path)
        rows = self._database.execute("select path, inode, mtime_ns, size, sha256 from files")
        self._known: dict[str, tuple[_Stamp, str]] = {row[0]: (row[1:4], row[4]) for row in rows}
        self._new: dict[str, tuple[_Stamp, str]] = {}

    def __enter__(self) -> HashCache:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        rows = [(path, *stamp, sha256) for path, (stamp, sha256) in self._new.items()]
        self._database.executemany("insert or replace into files values (?, ?, ?, ?, ?)", rows)
        self._database.commit()
        self._database.close()

    def sha256(self, path: Path) -> str:
        """Return the file's SHA-256, reading it only if it changed since it was last read."""
        status = path.stat()
        stamp = (status.st_ino, status.st_mtime_ns, status.st_size)
        name = str(path)
        known = self._known.get(name)
        if known and known[0] == stamp:
            return known[1]
        digest = hash_file(path).sha256
        self._known[name] = self._new[name] = (stamp, digest)
        return digest


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
