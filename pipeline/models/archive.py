"""Unpacking an archive from outside: plain files only, below one folder, and no more than fits a model."""

from __future__ import annotations

import errno
import gzip
import io
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import IO

from pipeline.errors import UsageError
from pipeline.models.given import is_safe_path
from pipeline.text import one_line
from stages.message import msg

#: What an archive may come to. The largest official models have a few hundred megabytes in ten files.
MOST_BYTES, MOST_FILES = 2 << 30, 1000
#: How many folders a file may have.
_FOLDERS = 10
_PIECE = 1 << 20
_GZIP = b"\x1f\x8b"
_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".zip")
#: Apps and libraries of Android and iOS are zips.
_ZIPPED = (".zip", ".apk", ".aab", ".aar", ".ipa", ".apks", ".xapk")
#: What reading a damaged archive can raise.
_DAMAGED = (
    tarfile.TarError,
    zipfile.BadZipFile,
    gzip.BadGzipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    ValueError,
    RuntimeError,  # a zip with a password
)
#: What the system says of a place that is none and of a name that is too long; decompressors give no number.
_NOT_THE_DISK = (None, errno.EINVAL, errno.ENAMETOOLONG)
#: A member that is no folder: its name, whether it is a plain file, and what opens it.
_Member = tuple[str, bool, Callable[[], IO[bytes] | None]]


def is_archive(name: str) -> bool:
    """Tell by its name whether a file is an archive that can be unpacked."""
    return name.lower().endswith(_SUFFIXES)


def unpack(archive: Path, folder: Path, most_files: int = 0) -> None:
    """Unpack ``archive`` into ``folder``, which is there and empty; a size that it states is not believed.

    Raises:
        UsageError: it is damaged, holds anything but plain files and folders below it, or too much.
    """
    for name, pieces in files_of(archive, most_files):
        with _named(archive), _new_file(archive, folder, name) as sink:
            for piece in pieces:
                sink.write(piece)


def files_of(archive: Path, most_files: int = 0) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Give the name of each file, and its content in pieces, to be read before the next file is asked for.

    What is not read is not unpacked. A size that the archive states is not believed.

    Raises:
        UsageError: it is damaged, holds anything but plain files and folders below it, or too much.
    """
    members = _zip_members if archive.name.lower().endswith(_ZIPPED) else _tar_members
    left, most_files = MOST_BYTES, most_files or MOST_FILES
    names: set[str] = set()

    def pieces(name: str, open_member: Callable[[], IO[bytes] | None]) -> Iterator[bytes]:
        nonlocal left
        with _named(archive), ExitStack() as stack:
            source = open_member()
            if source is None:
                raise tarfile.TarError(msg("{name} has no content", name))
            stack.enter_context(source)
            while piece := source.read(_PIECE):
                left -= len(piece)
                if left < 0:
                    more = msg("it unpacks to more than {most_bytes} GB", MOST_BYTES >> 30)
                    raise _refused(archive, more)
                yield piece

    with _named(archive):
        for count, (name, plain, open_member) in enumerate(members(archive), 1):
            shown = one_line(name)[:200]
            if not plain:
                raise _refused(
                    archive, msg("{shown} is a link or a device, not a plain file", shown)
                )
            if count > most_files:
                raise _refused(archive, msg("it holds more than {most_files} files", most_files))
            if not is_safe_path(name):
                raise _refused(archive, msg("a member's name leads elsewhere: {shown}", shown))
            if name in names:  # which of them an app gets, its reader decides
                raise _twice(archive, name)
            names.add(name)
            yield name, pieces(name, open_member)


@contextmanager
def _named(archive: Path) -> Iterator[None]:
    """Turn whatever reading a damaged archive raises into a refusal of it."""
    try:
        yield
    except _DAMAGED as error:
        raise _unreadable(archive, str(error)) from error
    except OSError as error:
        if error.errno not in _NOT_THE_DISK:
            raise
        raise _unreadable(archive, error.strerror or str(error)) from error


class _Pieces(io.BufferedIOBase):
    """A stream that gives no more than a piece at a time.

    A tar says how long the name of a member is, and tarfile believes it: of a few packed kilobytes it would
    make gigabytes in memory.
    """

    def __init__(self, stream: io.BufferedIOBase) -> None:
        self._stream = stream

    def tell(self) -> int:
        return self._stream.tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._stream.seek(offset, whence)

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or not 0 <= size <= _PIECE:
            raise tarfile.ReadError(msg("a header of {size} bytes", size))
        return self._stream.read(size)


def _tar_members(path: Path) -> Iterator[_Member]:
    with path.open("rb") as file:
        is_packed = file.read(len(_GZIP)) == _GZIP
        file.seek(0)
        with gzip.open(file) if is_packed else file as stream:
            yield from _members_of(_Pieces(stream))


def _members_of(stream: _Pieces) -> Iterator[_Member]:
    with tarfile.open(fileobj=stream, mode="r:") as archive:
        for count, info in enumerate(archive):
            if count > MOST_FILES * _FOLDERS:  # tarfile remembers every member
                raise tarfile.ReadError(msg("it holds more than {most} members", count - 1))
            if not info.isdir():
                yield info.name.removeprefix("./"), info.isreg(), partial(archive.extractfile, info)


def _zip_members(path: Path) -> Iterator[_Member]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if not (info.filename and info.is_dir()):  # without a name, is_dir has no last letter
                plain = stat.S_IFMT(info.external_attr >> 16) in (0, stat.S_IFREG)
                yield info.filename.removeprefix("./"), plain, partial(archive.open, info)


def _new_file(archive: Path, folder: Path, name: str) -> IO[bytes]:
    target = folder / name
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        return target.open("xb")
    except (FileExistsError, IsADirectoryError, NotADirectoryError) as error:
        raise _twice(archive, name) from error


def _twice(archive: Path, name: str) -> UsageError:
    return _refused(archive, msg("{one_line} is in it twice", one_line(name)[:200]))


def _unreadable(archive: Path, why: str) -> UsageError:
    return _refused(archive, msg("it cannot be read ({one_line})", one_line(why)[:200]))


def _refused(archive: Path, why: str) -> UsageError:
    remedy = msg("unpack it yourself, and give the folder's path")
    return UsageError(
        msg("the archive {one_line} is refused: {why}", one_line(archive.name), why),
        str(archive),
        remedy,
    )
