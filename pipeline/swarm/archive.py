"""Files as a tar in which nothing but names and bytes shows, read as a stream; and one unpacked."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from pipeline.engine.volumes import Chunks
from pipeline.errors import IntegrityFailed
from pipeline.models.given import is_safe_path
from pipeline.registry.content import Blob, changed
from pipeline.text import one_line
from stages.message import msg

_BLOCK = 1 << 20
_RECORD = tarfile.BLOCKSIZE


class Archive(Chunks):
    """A tar of ``files`` (name -> file), as often as it is read; equal files give equal bytes."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self._files = files
        super().__init__(self._made())

    def seekable(self) -> bool:
        """Return that it is, to its start."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Begin anew."""
        if offset or whence != io.SEEK_SET:
            raise io.UnsupportedOperation("an archive begins anew, or goes on")
        self._begin(self._made())
        return 0

    def blob(self) -> Blob:
        """Read it once and return what it is known by.

        Raises:
            OSError: a file cannot be read.
            IntegrityFailed: one became shorter meanwhile.
        """
        sha256, size = hashlib.sha256(), 0
        for part in self._made():
            sha256.update(part)
            size += len(part)
        return Blob(f"sha256:{sha256.hexdigest()}", size)

    def _made(self) -> Iterator[bytes]:
        for name in sorted(self._files):
            yield from _entry(name, self._files[name])
        yield bytes(2 * _RECORD)


def _entry(name: str, path: Path) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as source:
        size = left = path.stat().st_size
        header = tarfile.TarInfo(name)
        header.size, header.mode = size, 0o644
        yield header.tobuf(tarfile.PAX_FORMAT)
        while left:
            block = source.read(min(left, _BLOCK))
            if not block:
                raise changed(str(path))
            left -= len(block)
            yield block
    yield bytes(-size % _RECORD)


def unpack(archive: Path, folder: Path) -> None:
    """Write the files of an archive below ``folder``.

    Raises:
        IntegrityFailed: it holds something else than plain files below that folder.
    """
    try:
        with tarfile.open(archive, "r:") as opened:
            for entry in opened:
                if not entry.isfile() or not is_safe_path(entry.name):
                    raise _refused(entry.name)
                target = folder / entry.name
                target.parent.mkdir(parents=True, exist_ok=True)
                source = opened.extractfile(entry)
                with target.open("xb") as sink:
                    while source and (block := source.read(_BLOCK)):
                        sink.write(block)
    except (tarfile.TarError, FileExistsError, NotADirectoryError) as error:
        raise _refused(archive.name) from error


def _refused(name: str) -> IntegrityFailed:
    return IntegrityFailed(
        msg("what was sent along holds something else than plain files: {name}", one_line(name)),
        remedy=msg("start the sweep again"),
    )
