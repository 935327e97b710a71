"""Blobs and manifests of a repository, sent and fetched; what comes is what its digest says, or refused."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, TypeVar
from urllib.parse import urlencode, urlsplit

from pipeline.errors import IntegrityFailed
from pipeline.registry.client import MOST_ANSWERED, Registry
from pipeline.registry.failures import BrokeOff, NotThere
from pipeline.registry.reference import digest_of
from pipeline.registry.transfer import Transfer
from pipeline.text import one_line
from stages.message import msg

MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
_DIGEST_HEADER = "Docker-Content-Digest"
PUSH_AGAIN = msg("push it again")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Blob:
    """What a registry keeps by its content."""

    digest: str
    size: int


class _Sent:
    """A blob's bytes as they are sent: those that its digest is of, or the last of them is not sent."""

    def __init__(self, stream: IO[bytes], blob: Blob, progress: Transfer) -> None:
        self._stream, self._blob, self._progress = stream, blob, progress
        self._left, self._sha256 = blob.size, hashlib.sha256()

    def __len__(self) -> int:
        return self._blob.size

    def read(self, size: int = -1, /) -> bytes:
        piece = self._stream.read(min(size, self._left) if size >= 0 else self._left)
        self._left -= len(piece)
        self._sha256.update(piece)
        found = f"sha256:{self._sha256.hexdigest()}"
        if (self._left and not piece) or (not self._left and found != self._blob.digest):
            raise changed(str(getattr(self._stream, "name", "")))
        self._progress.advance(len(piece))
        return piece


def changed(path: str) -> IntegrityFailed:
    """Return what to raise of a file that is not any more what was hashed."""
    said = msg("{name} was changed while it was pushed", one_line(Path(path).name))
    return IntegrityFailed(said, path, PUSH_AGAIN)


def twice(act: Callable[[], Answer]) -> Answer:
    """Do it, and once more if the connection or the server failed."""
    try:
        return act()
    except BrokeOff:
        return act()


def has_blob(registry: Registry, blob: Blob) -> bool:
    """Return whether the registry has these bytes already."""
    path = registry.path("blobs", blob.digest)
    try:
        registry.finish(registry.ask("HEAD", path, expected=(200,)))
    except NotThere:
        return False
    return True


def send_blob(
    registry: Registry, blob: Blob, opened: Callable[[], IO[bytes]], progress: Transfer
) -> None:
    """Send bytes in one piece, which the registry holds against their digest.

    Raises:
        RegistryFailed: it did not take them.
    """
    answer = registry.ask("POST", registry.path("blobs", "uploads/"), expected=(202,))
    registry.finish(answer)
    place = answer.headers.get("Location", "")
    joint = "&" if urlsplit(place).query else "?"
    headers = {"Content-Type": "application/octet-stream", "Content-Length": str(blob.size)}
    with opened() as stream:

        def body() -> _Sent:
            stream.seek(0)
            return _Sent(stream, blob, progress)

        done = registry.ask(
            "PUT",
            f"{place}{joint}{urlencode({'digest': blob.digest})}",
            expected=(201, 204),
            headers=headers,
            body=body,
        )
    registry.finish(done)


def opened(path: Path) -> IO[bytes]:
    """Return a file that was hashed and is to be sent.

    Raises:
        IntegrityFailed: it cannot be read any more.
    """
    try:
        return io.FileIO(path)
    except OSError as error:
        raise changed(str(path)) from error


def send_missing(
    registry: Registry, sources: Mapping[Blob, Callable[[], IO[bytes]]], progress: Transfer
) -> int:
    """Send what the registry does not have yet; return how many bytes that was."""
    sent = 0
    for blob, opens in sources.items():
        if has_blob(registry, blob):
            progress.skip(blob.size)
        else:
            twice(partial(send_blob, registry, blob, opens, progress))
            sent += blob.size
    return sent


def fetch_blob(registry: Registry, blob: Blob, target: Path, progress: Transfer) -> None:
    """Write a blob's bytes into ``target``; what is not as its digest says leaves no file.

    Raises:
        IntegrityFailed: the registry has other bytes.
        RegistryFailed: it did not give them.
    """
    answer = registry.ask("GET", registry.path("blobs", blob.digest), expected=(200,))
    sha256, size = hashlib.sha256(), 0
    try:
        with target.open("wb") as sink:
            for piece in registry.pieces(answer):
                size += len(piece)
                if size > blob.size:
                    raise _other(registry, blob, msg("more than {size} bytes", blob.size))
                sha256.update(piece)
                sink.write(piece)
                progress.advance(len(piece))
            sink.flush()
            os.fsync(sink.fileno())
        found = f"sha256:{sha256.hexdigest()}"
        if (found, size) != (blob.digest, blob.size):
            raise _other(registry, blob, msg("{size} bytes, {found}", size, found))
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def read_blob(registry: Registry, blob: Blob) -> bytes:
    """Return a small blob, as :func:`fetch_blob` would write it.

    Raises:
        IntegrityFailed: the registry has other bytes.
        RegistryFailed: it did not give them.
    """
    answer = registry.ask("GET", registry.path("blobs", blob.digest), expected=(200,))
    data = registry.read(answer, max(blob.size, 0))
    if digest_of(data) != blob.digest or len(data) != blob.size:
        raise _other(registry, blob, msg("{size} bytes, {found}", len(data), digest_of(data)))
    return data


def _other(registry: Registry, blob: Blob, found: str) -> IntegrityFailed:
    return IntegrityFailed(
        msg(
            "{registry} gives other bytes than were asked for: {digest} ({size} bytes), found {found}",
            registry.reference.registry,
            blob.digest,
            blob.size,
            found,
        ),
        str(registry.reference),
        msg("push the package again; if that does not help, the registry's storage is damaged"),
    )


def manifest_digest(registry: Registry, tag: str) -> str:
    """Return the digest that the registry says a tag leads to now; "" if it has no such tag."""
    headers = {"Accept": MANIFEST_TYPE}
    try:
        path = registry.path("manifests", tag)
        answer = registry.ask("HEAD", path, expected=(200,), headers=headers)
    except NotThere:
        return ""
    registry.finish(answer)
    return one_line(answer.headers.get(_DIGEST_HEADER, ""))


def put_manifest(registry: Registry, tag: str, data: bytes) -> None:
    """Let a tag lead to a manifest, whose blobs are there.

    Raises:
        IntegrityFailed: the registry keeps other bytes than it was sent.
        RegistryFailed: it did not take it.
    """
    answer = registry.ask(
        "PUT",
        registry.path("manifests", tag),
        expected=(201,),
        headers={"Content-Type": MANIFEST_TYPE},
        body=lambda: data,
    )
    registry.finish(answer)
    kept = answer.headers.get(_DIGEST_HEADER, "")
    if kept and kept != digest_of(data):
        raise _other(registry, Blob(digest_of(data), len(data)), one_line(kept))


def get_manifest(registry: Registry, asked: str) -> bytes:
    """Return the manifest of a tag, or of a digest, which it is then held against.

    Raises:
        IntegrityFailed: it is not what its digest says.
        NotThere: the registry has none of this name.
        RegistryFailed: it did not give it, or something else.
    """
    headers = {"Accept": MANIFEST_TYPE}
    path = registry.path("manifests", asked)
    answer = registry.ask("GET", path, expected=(200,), headers=headers)
    data = registry.read(answer, MOST_ANSWERED)
    expected = asked if ":" in asked else answer.headers.get(_DIGEST_HEADER, "")
    if expected.startswith("sha256:") and digest_of(data) != expected:
        raise _other(registry, Blob(one_line(expected), len(data)), digest_of(data))
    return data
