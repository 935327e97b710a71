"""An artifact in the registry: a document, and files or archives beside it, sent and fetched by digest."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import IO

from pipeline.package.manifest import Form, Layer, Manifest, parse_manifest
from pipeline.registry.client import Registry
from pipeline.registry.content import (
    Blob,
    fetch_blob,
    get_manifest,
    manifest_digest,
    opened,
    put_manifest,
    read_blob,
    send_missing,
    twice,
)
from pipeline.registry.failures import RegistryFailed
from pipeline.registry.reference import digest_of, is_digest
from pipeline.registry.transfer import Transfer
from pipeline.swarm.archive import Archive
from stages.files import sha256_of

Opened = Callable[[], IO[bytes]]
Patiently = Callable[[Callable[[], Path]], Path]
#: Connections to one registry: no more than requests keeps.
_AT_ONCE = 8
#: What a registry answers that deletes nothing on principle.
_NOT_ALLOWED = 405


def file_layer(title: str, path: Path) -> tuple[Layer, Opened]:
    """Return a layer of one file."""
    size, sha256 = sha256_of(path)
    return Layer(title, Blob(f"sha256:{sha256}", size)), partial(opened, path)


def archive_layer(title: str, files: Mapping[str, Path]) -> tuple[Layer, Opened]:
    """Return a layer that has many files as an archive; they are read twice, and copied nowhere."""

    def opened() -> IO[bytes]:
        stream: IO[bytes] = Archive(files)  # type: ignore[assignment]
        return stream

    return Layer(title, Archive(files).blob()), opened


def send(
    registry: Registry,
    tag: str,
    form: Form,
    document: bytes,
    layers: Mapping[Layer, Opened],
    say: Callable[[str], None],
) -> str:
    """Send what the registry does not have yet, then let the tag lead to it; return the digest.

    Raises:
        RegistryFailed: it cannot be reached, or does not take it.
        IntegrityFailed: it keeps other bytes, or a file changed meanwhile.
    """
    config = Blob(digest_of(document), len(document))
    manifest = Manifest(config, tuple(layers), {}, form)
    data = manifest.dump()
    sources = {layer.blob: opens for layer, opens in layers.items()}
    sources[config] = partial(io.BytesIO, document)
    send_missing(registry, sources, Transfer(manifest.size, say))
    twice(partial(put_manifest, registry, tag, data))
    return digest_of(data)


def look(registry: Registry, asked: str, form: Form) -> tuple[Manifest, bytes]:
    """Return the manifest of a tag or digest, and its document; all else is fetched by what it says.

    Raises:
        RegistryFailed: it cannot be had.
        IntegrityFailed: it is none of this form, or not what its digest says.
    """
    manifest = parse_manifest(twice(partial(get_manifest, registry, asked)), form)
    return manifest, twice(partial(read_blob, registry, manifest.config))


def fetch(
    registry: Registry, manifest: Manifest, folder: Path, patiently: Patiently
) -> Iterator[tuple[str, Path]]:
    """Fetch layer after layer into ``folder``; give the title of each, and its file there.

    One is fetched when the one before was taken: they may be large. ``patiently`` does that, again and again.

    Raises:
        RegistryFailed: one cannot be had.
        IntegrityFailed: it is not what its digest says.
    """
    progress = Transfer(manifest.size, lambda _text: None)
    for number, layer in enumerate(manifest.layers):
        target = folder / str(number)
        yield layer.title, patiently(partial(_fetched, registry, layer, target, progress))


def fetch_all(registry: Registry, manifest: Manifest, folder: Path) -> dict[str, Path]:
    """Fetch all layers into ``folder``, some at once: small files wait for their registry most of the time.

    Raises:
        RegistryFailed: one cannot be had.
        IntegrityFailed: it is not what its digest says.
    """
    progress = Transfer(manifest.size, lambda _text: None)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        files = pool.map(
            lambda number, layer: _fetched(registry, layer, folder / str(number), progress),
            *zip(*enumerate(manifest.layers), strict=True),
        )
        return dict(zip((it.title for it in manifest.layers), files, strict=True))


def _fetched(registry: Registry, layer: Layer, target: Path, progress: Transfer) -> Path:
    twice(partial(fetch_blob, registry, layer.blob, target, progress))
    return target


def forget(registry: Registry, tag: str) -> bool:
    """Delete what a tag leads to; return whether the registry lets one."""
    try:
        digest = manifest_digest(registry, tag)
        if not is_digest(digest):
            return True
        path = registry.path("manifests", digest)
        answer = registry.ask("DELETE", path, expected=(202, 404, _NOT_ALLOWED))
    except RegistryFailed:
        return False
    registry.finish(answer)
    return answer.status_code != _NOT_ALLOWED
