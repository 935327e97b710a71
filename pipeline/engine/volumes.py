"""Putting files into the volumes and getting them out, through the engine's API only.

A helper container that is created but never started gives the archive API something to write through,
so that a remote engine works like a local one: no path of the host is ever mounted.
"""

from __future__ import annotations

import io
import secrets
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from docker import DockerClient
from docker.errors import NotFound
from docker.models.containers import Container
from docker.models.volumes import Volume as DockerVolume
from docker.types import Mount

from pipeline.compose.file import Volume
from pipeline.engine.containers import removing
from pipeline.engine.errors import translated
from pipeline.engine.tree import Tree
from pipeline.errors import EngineError, IntegrityFailed, PaddockError
from stages.message import msg

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

#: Tells a volume from a later one of its name.
BIRTH_LABEL = "paddock.birth"


class Volumes:
    """Paddock's volumes on one engine."""

    def __init__(self, client: DockerClient) -> None:
        self._client = client

    def ensure(self, volume: Volume, labels: Mapping[str, str]) -> str:
        """Make the volume if it is not there; return what tells it from a later one of its name."""
        with translated(msg("making the volume {volume}", volume.name)):
            try:
                found = self._client.volumes.get(volume.name)
            except NotFound:
                made = {**volume.labels, **labels, BIRTH_LABEL: secrets.token_hex(8)}
                found = self._client.volumes.create(volume.name, labels=made)
            return _birth(found)

    def birth(self, volume: Volume) -> str:
        """Return what tells the volume from a later one of its name; "" if it is not there."""
        with translated(msg("looking for the volume {volume}", volume.name)):
            try:
                return _birth(self._client.volumes.get(volume.name))
            except NotFound:
                return ""

    def remove_labelled(self, label: str) -> list[str]:
        """Remove the volumes that carry ``label``; return their names."""
        with translated(msg("removing volumes")):
            found = self._client.volumes.list(filters={"label": label})
            for volume in found:
                volume.remove(force=True)
            return [str(volume.name) for volume in found]

    @contextmanager
    def client(
        self, image: str, mounts: Mapping[str, str], labels: Mapping[str, str]
    ) -> Iterator[VolumeClient]:
        """Give access to volumes (path in the container -> volume) while the block runs."""

        def make() -> Container:
            with translated(msg("opening the workspace")):
                return self._client.containers.create(
                    image,
                    ["true"],
                    labels=dict(labels),
                    network_mode="none",
                    mounts=[Mount(target, name) for target, name in mounts.items()],
                )

        client = VolumeClient(make)
        with removing(lambda: client.container):
            yield client


def _birth(volume: DockerVolume) -> str:
    # Not CreatedAt: to older engines that is when the volume's top folder last changed.
    return f"{volume.name}@{(volume.attrs.get('Labels') or {}).get(BIRTH_LABEL, '')}"


class VolumeClient:
    """Reads and writes files of mounted volumes through a container that never runs.

    Whoever tidies up (``docker container prune``) may remove such a container: then another is made.
    """

    def __init__(self, make: Callable[[], Container]) -> None:
        self._make = make
        self.container = make()

    def _there(self) -> Container:
        try:
            self.container.reload()
        except NotFound:
            self.container = self._make()
        return self.container

    def has(self, path: PurePosixPath) -> bool:
        """Return whether ``path`` is there."""
        try:
            with translated(msg("looking at {path}", path)):
                chunks, _ = self._there().get_archive(str(path))
                for _chunk in chunks:
                    pass
        except EngineError as error:
            if isinstance(error.__cause__, NotFound):
                return False
            raise
        return True

    def put_tree(
        self,
        folder: PurePosixPath,
        files: Mapping[str, Path],
        manifest: str,
        advanced: Callable[[], None] = lambda: None,
    ) -> None:
        """Write ``files`` below ``folder``, the manifest last: it says that the tree is complete.

        ``advanced`` is called once a file.
        """
        tree = Tree(folder.name, files, manifest, advanced)
        try:
            with translated(msg("uploading to {folder}", folder)):
                self._there().put_archive(str(folder.parent), tree)
        finally:
            tree.raise_error()  # then the engine's is only what came of it

    def fetch(self, path: PurePosixPath, sink: BinaryIO) -> None:
        """Copy the file at ``path`` into ``sink``.

        Raises:
            EngineError: it is not there.
        """
        for _name, block in self._files(path):
            _write(sink, block)

    def fetch_tree(self, path: PurePosixPath, folder: Path) -> None:
        """Copy the regular files below ``path`` into ``folder``, which must not be there yet.

        Raises:
            IntegrityFailed: a name in the archive leads out of ``folder``.
        """
        folder.mkdir(parents=True)
        for name, block in self._files(path):
            relative = PurePosixPath(*PurePosixPath(name).parts[1:])
            if relative.is_absolute() or ".." in relative.parts:
                raise IntegrityFailed(
                    msg("the archive of {path} names a file outside it: {name}", path, repr(name))
                )
            target = folder / relative
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("ab") as sink:
                _write(sink, block)

    def _files(self, path: PurePosixPath) -> Iterator[tuple[str, bytes]]:
        """Give the name in the archive and a block, for every block of every regular file."""
        with translated(msg("fetching {path}", path)):
            chunks, _ = self._there().get_archive(str(path))
            stream = io.BufferedReader(Chunks(chunks), 1 << 20)
            try:
                with tarfile.open(fileobj=stream, mode="r|") as archive:
                    for member in archive:
                        source = archive.extractfile(member) if member.isfile() else None
                        while source and (block := source.read(1 << 20)):
                            yield member.name, block
            except tarfile.TarError as error:
                message = msg("fetching {path}: the connection to the engine broke off", path)
                remedy = msg(
                    "see whether it still runs (`docker info`), then run the same command again"
                )
                raise EngineError(message, remedy=remedy) from error


def _write(sink: BinaryIO, block: bytes) -> None:
    """Write to the host, telling its errors (a full disk) from the engine's."""
    try:
        sink.write(block)
    except OSError as error:
        raise PaddockError(
            msg("cannot write {sink}: {strerror}", sink.name, error.strerror)
        ) from error


class Chunks(io.RawIOBase):
    """An answer's chunks as a readable stream."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._begin(chunks)

    def _begin(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._rest = chunks, memoryview(b"")

    def readable(self) -> bool:
        """Return that it is."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill a part of ``buffer``; return how many bytes."""
        view = memoryview(buffer).cast("B")
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
        size = min(len(view), len(self._rest))
        view[:size], self._rest = self._rest[:size], self._rest[size:]
        return size
