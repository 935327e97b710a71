"""A tree of files as a tar archive: what goes into a volume, read block by block while the engine unpacks it.

Written without tarfile but for what is rare: of a hundred thousand small files, its headers would take longer
than all else on this side.
"""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from pipeline.engine.containers import file_entry, folder_entry
from pipeline.errors import PaddockError
from stages.contract import MANIFEST_FILE
from stages.message import msg

_BLOCK = 1 << 20
_RECORD = tarfile.BLOCKSIZE
#: Of a header's fields: the name, the size, the checksum (POSIX.1-1988, "ustar").
_NAME, _SIZE, _CHECKSUM = slice(0, 100), slice(124, 136), slice(148, 156)
#: The largest size that fits into its field.
_LARGEST = 8**11 - 1


class Tree:
    """The files of one folder of a volume, the manifest last: it says that the tree is complete.

    ``advanced`` is called once a file. What goes wrong while files are read ends the archive, and is told by
    :meth:`raise_error`: whoever sends it takes it for an error of the connection.
    """

    def __init__(
        self,
        folder: str,
        files: Mapping[str, Path],
        manifest: str,
        advanced: Callable[[], None] = lambda: None,
    ) -> None:
        self._folder, self._files, self._advanced = folder, files, advanced
        self._manifest = manifest.encode("utf-8")
        self._header = _headers_below(folder)
        self._error: OSError | PaddockError | None = None

    def __iter__(self) -> Iterator[bytes]:
        """Give the archive in blocks of about a megabyte."""
        parts: list[bytes] = []
        size = 0
        try:
            for part in self._parts():
                parts.append(part)
                size += len(part)
                if size >= _BLOCK:
                    yield b"".join(parts)
                    parts, size = [], 0
        except (OSError, PaddockError) as error:
            self._error = error
        if parts:
            yield b"".join(parts)

    def _parts(self) -> Iterator[bytes]:
        for folder in sorted(self._folders()):
            yield folder_entry(folder).tobuf()
        for name, path in self._files.items():
            with path.open("rb", buffering=0) as source:
                yield from self._entry(name, os.fstat(source.fileno()).st_size, source)
            self._advanced()
        yield from self._entry(MANIFEST_FILE, len(self._manifest), io.BytesIO(self._manifest))
        yield bytes(2 * _RECORD)

    def _folders(self) -> set[str]:
        """Every folder of the tree; the engine would make those that are not named as root."""
        lowest = {name.rpartition("/")[0] for name in self._files}
        tree = PurePosixPath(self._folder)
        return {
            folder.as_posix()
            for each in lowest
            for folder in (tree / each, *(tree / each).parents)
            if folder.parts
        }

    def _entry(self, name: str, size: int, source: BinaryIO | io.RawIOBase) -> Iterator[bytes]:
        yield self._header(name, size)
        left = size
        while left:
            block = source.read(min(left, _BLOCK))
            if not block:
                raise PaddockError(
                    msg("{file} became shorter while it was uploaded", name),
                    remedy=msg("run the same command again"),
                )
            yield block
            left -= len(block)
        yield bytes(-size % _RECORD)

    def raise_error(self) -> None:
        """Raise what went wrong while reading the files, if anything did."""
        if self._error:
            raise self._error


def _headers_below(folder: str) -> Callable[[str, int], bytes]:
    """Return what makes the header of a file below ``folder``, from its name there and its size.

    All have the same fields but for name, size and checksum. What does not fit is left to tarfile.
    """
    longest = (
        f"{folder}/{'x' * 100}"  # so that the folder stands in the field for what is before a name
    )
    whole = bytearray(file_entry(longest, 0).tobuf(tarfile.USTAR_FORMAT))
    whole[_NAME], whole[_SIZE], whole[_CHECKSUM] = bytes(100), bytes(12), b" " * 8
    before, between, after = bytes(whole[100:124]), bytes(whole[136:148]), bytes(whole[156:])
    same = sum(whole)

    def header(name: str, size: int) -> bytes:
        if len(name) > 100 or not name.isascii() or size > _LARGEST:
            return file_entry(f"{folder}/{name}", size).tobuf()
        named, sized = name.encode("ascii"), b"%011o\0" % size
        checksum = b"%06o\0 " % (same + sum(named) + sum(sized))
        return b"".join((named.ljust(100, b"\0"), before, sized, between, checksum, after))

    return header
