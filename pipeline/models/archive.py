"""Unpacking an archive from outside: plain files only, below one folder, and no more than fits a model."""

from __future__ import annotations

import gzip
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Protocol

from pipeline.errors import UsageError
from pipeline.models.given import is_safe_path
from pipeline.text import one_line

#: What an archive may come to. The largest official models have a few hundred megabytes in ten files.
MOST_BYTES, MOST_FILES = 2 << 30, 1000
_PIECE = 1 << 20
_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".zip")
#: What reading a damaged archive can raise.
_DAMAGED = (
    tarfile.TarError,
    zipfile.BadZipFile,
    gzip.BadGzipFile,
    zlib.error,
    EOFError,
    RuntimeError,  # a zip with a password
)


class _Member(Protocol):
    """A plain file in an archive."""

    name: str

    def open(self) -> IO[bytes]:
        """Open it for reading."""


def is_archive(name: str) -> bool:
    """Tell by its name whether a file is an archive that can be unpacked."""
    return name.lower().endswith(_SUFFIXES)


def unpack(archive: Path, folder: Path) -> None:
    """Unpack ``archive`` into ``folder``, which is there and empty.

    Raises:
        UsageError: it is damaged, holds anything but plain files and folders below it, or too much.
    """
    room = _Room(archive)
    try:
        for member in _members(archive):
            _copy(member, folder, room)
    except _DAMAGED as error:
        raise _refused(archive, f"it cannot be read ({one_line(str(error))[:200]})") from error


class _Room:
    """What may still be written; a size that the archive states is not believed."""

    def __init__(self, archive: Path) -> None:
        self._archive, self._bytes, self._files = archive, MOST_BYTES, MOST_FILES

    def file(self, name: str) -> None:
        """Count a file and look at its name."""
        self._files -= 1
        if self._files < 0:
            raise _refused(self._archive, f"it holds more than {MOST_FILES} files")
        if not is_safe_path(name):
            raise _refused(
                self._archive, f"a member's name leads elsewhere: {one_line(name)[:200]}"
            )

    def bytes(self, count: int) -> None:
        """Count bytes."""
        self._bytes -= count
        if self._bytes < 0:
            raise _refused(self._archive, f"it unpacks to more than {MOST_BYTES >> 30} GB")

    def refuse(self, name: str, what: str) -> UsageError:
        """Say which member is not a plain file."""
        return _refused(self._archive, f"{one_line(name)[:200]} is {what}")


def _copy(member: _Member, folder: Path, room: _Room) -> None:
    room.file(member.name)
    target = folder / member.name
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        sink = target.open("xb")
    except (FileExistsError, IsADirectoryError, NotADirectoryError) as error:
        raise room.refuse(member.name, "in it twice") from error
    with member.open() as source, sink:
        while piece := source.read(_PIECE):
            room.bytes(len(piece))
            sink.write(piece)


def _members(archive: Path) -> Iterator[_Member]:
    if archive.name.lower().endswith(".zip"):
        yield from _zip_members(archive)
    else:
        yield from _tar_members(archive)


class _TarMember:
    def __init__(self, archive: tarfile.TarFile, info: tarfile.TarInfo) -> None:
        self.name = info.name.removeprefix("./")
        self._archive, self._info = archive, info

    def open(self) -> IO[bytes]:
        stream = self._archive.extractfile(self._info)
        if stream is None:
            raise tarfile.TarError(f"{self.name} has no content")
        return stream


def _tar_members(path: Path) -> Iterator[_Member]:
    room = _Room(path)
    with tarfile.open(path) as archive:
        for info in archive:
            if info.isdir():
                continue
            if not info.isreg():
                raise room.refuse(info.name, "a link or a device, not a plain file")
            yield _TarMember(archive, info)


class _ZipMember:
    def __init__(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        self.name = info.filename.removeprefix("./")
        self._archive, self._info = archive, info

    def open(self) -> IO[bytes]:
        return self._archive.open(self._info)


def _zip_members(path: Path) -> Iterator[_Member]:
    room = _Room(path)
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if info.is_dir():
                continue
            kind = stat.S_IFMT(info.external_attr >> 16)
            if kind not in (0, stat.S_IFREG):
                raise room.refuse(info.filename, "a link or a device, not a plain file")
            yield _ZipMember(archive, info)


def _refused(archive: Path, why: str) -> UsageError:
    remedy = "unpack it yourself, and give the folder's path"
    return UsageError(
        f"the archive {one_line(archive.name)} is refused: {why}", str(archive), remedy
    )
