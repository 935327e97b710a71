"""The manifest of a package: an OCI 1.1 artifact, a layer a file; equal files give equal bytes.

What a registry gives is held against this form before any of it is believed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.errors import IntegrityFailed
from pipeline.models.given import is_safe_path
from pipeline.registry.content import MANIFEST_TYPE, Blob
from pipeline.registry.reference import is_digest
from pipeline.text import one_line
from stages.message import msg

ARTIFACT_TYPE = "application/vnd.paddock.model.v1"
CONFIG_TYPE = "application/vnd.paddock.model.config.v1+json"
#: Of a layer. Whatever it holds, no browser that a registry serves it to takes it for a page.
NB_TYPE, FILE_TYPE = "application/vnd.paddock.model.nb.v1", "application/vnd.paddock.model.file.v1"
TITLE = "org.opencontainers.image.title"
#: In a pulled folder: the manifest that it was pulled by.
KEPT_MANIFEST = ".paddock-package.json"
#: What a package may come to, and the longest name in it.
MOST_FILES, MOST_BYTES, MOST_CONFIG = 1000, 2 << 30, 1 << 20
_LONGEST_TITLE, _LONGEST_PART = 1000, 200


@dataclass(frozen=True)
class Form:
    """A kind of artifact: the media types that it is known by, what it may come to, what else to name.

    Layers whose files end with ``.nb`` are ``nb``.
    """

    artifact: str
    config: str
    file: str
    nb: str
    most_bytes: int
    remedy: str
    most_files: int = MOST_FILES
    most_config: int = MOST_CONFIG


PACKAGE = Form(
    ARTIFACT_TYPE,
    CONFIG_TYPE,
    FILE_TYPE,
    NB_TYPE,
    MOST_BYTES,
    msg("name a package that `paddock push` pushed"),
)


@dataclass(frozen=True)
class Layer:
    """A file of a package: its path below the folder, and its content."""

    title: str
    blob: Blob


@dataclass(frozen=True)
class Manifest:
    """What a package consists of, and what is said of it."""

    config: Blob
    layers: tuple[Layer, ...]
    annotations: Mapping[str, str]
    form: Form = PACKAGE

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(layer.blob.size for layer in self.layers)

    def dump(self) -> bytes:
        """Return it as it is kept: the same for the same files, whoever pushes them and when."""
        body = {
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "artifactType": self.form.artifact,
            "config": _descriptor(self.form.config, self.config),
            "layers": [
                _layer(layer, self.form) for layer in sorted(self.layers, key=lambda it: it.title)
            ],
            "annotations": dict(self.annotations),
        }
        return json.dumps(body, sort_keys=True, separators=(",", ":")).encode("ascii")


def _layer(layer: Layer, form: Form) -> dict[str, Any]:
    kind = form.nb if layer.title.endswith(".nb") else form.file
    return {**_descriptor(kind, layer.blob), "annotations": {TITLE: layer.title}}


def _descriptor(kind: str, blob: Blob) -> dict[str, Any]:
    return {"mediaType": kind, "digest": blob.digest, "size": blob.size}


class PackageRefused(IntegrityFailed):
    """What a registry has under this name is no package, or one that cannot be safe."""

    def __init__(self, why: str, form: Form = PACKAGE) -> None:
        super().__init__(msg("it is refused: {why}", why), "", form.remedy)


def parse_manifest(data: bytes, form: Form = PACKAGE) -> Manifest:
    """Read a manifest from outside.

    Raises:
        PackageRefused: it is none of a package, or names files that lead elsewhere or come to too much.
    """
    try:
        raw = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise PackageRefused(msg("its manifest is no JSON"), form) from error
    if not isinstance(raw, dict) or raw.get("schemaVersion") != 2:
        raise PackageRefused(msg("its manifest is none of OCI"), form)
    if raw.get("artifactType") != form.artifact:
        found = one_line(str(raw.get("artifactType") or raw.get("mediaType")))[:200]
        raise PackageRefused(msg("it is no package of Paddock's, but {found}", found), form)
    config = _blob(raw.get("config"), form, form.config)
    if config.size > form.most_config:
        raise PackageRefused(msg("its description is {size} bytes long", config.size), form)
    layers = raw.get("layers")
    if not isinstance(layers, list) or not 0 < len(layers) <= form.most_files:
        raise PackageRefused(msg("it has no files, or more than {most}", form.most_files), form)
    read = tuple(_read_layer(layer, form) for layer in layers)
    manifest = Manifest(config, read, _texts(raw.get("annotations")), form)
    _check_together(manifest)
    return manifest


def _read_layer(raw: object, form: Form) -> Layer:
    blob = _blob(raw, form, form.nb, form.file)
    title = _texts(raw.get("annotations") if isinstance(raw, dict) else None).get(TITLE, "")
    if not is_safe_title(title):
        raise PackageRefused(
            msg("a file's name leads elsewhere: {name}", one_line(title)[:200]), form
        )
    return Layer(title, blob)


def is_safe_title(title: str) -> bool:
    """Return whether a file of this name lies below the folder, where whoever lists it sees it.

    A hidden one may be :data:`KEPT_MANIFEST`, or what a program obeys that comes by (``.git/config``).
    """
    parts = title.split("/")
    return (
        len(title.encode("utf-8", "replace")) <= _LONGEST_TITLE
        and title.isprintable()
        and is_safe_path(title)
        and all(part and len(part.encode()) <= _LONGEST_PART for part in parts)
        and not any(part.startswith(".") for part in parts)
    )


def _blob(raw: object, form: Form, *kinds: str) -> Blob:
    found = raw if isinstance(raw, dict) else {}
    digest, size = found.get("digest"), found.get("size")
    if found.get("mediaType") not in kinds:
        kind = one_line(str(found.get("mediaType")))[:200]
        raise PackageRefused(msg("it holds something of an unknown kind: {kind}", kind), form)
    if not isinstance(digest, str) or not is_digest(digest):
        raise PackageRefused(msg("something in it is not named by its SHA-256"), form)
    if type(size) is not int or not 0 <= size <= form.most_bytes:
        raise PackageRefused(msg("something in it has an impossible size"), form)
    return Blob(digest, size)


def _texts(raw: object) -> dict[str, str]:
    pairs = raw.items() if isinstance(raw, dict) else ()
    return {key: value for key, value in pairs if isinstance(value, str)}


def _check_together(manifest: Manifest) -> None:
    """Refuse files that together are too much, or that cannot lie in one folder."""
    form = manifest.form
    if manifest.size > form.most_bytes:
        raise PackageRefused(msg("it comes to more than {most} GB", form.most_bytes >> 30), form)
    sizes: dict[str, int] = {}
    for layer in manifest.layers:
        if sizes.setdefault(layer.blob.digest, layer.blob.size) != layer.blob.size:
            raise PackageRefused(msg("it gives two sizes for the same content"), form)
    # Where capitals make no difference, two such files would be one.
    names = [layer.title.casefold() for layer in manifest.layers]
    folders = {folder for name in names for folder in _folders(name)}
    twice = {name for name in names if names.count(name) > 1 or name in folders}
    if twice:
        raise PackageRefused(msg("{name} is in it twice", one_line(min(twice))[:200]), form)


def _folders(name: str) -> Iterator[str]:
    parts = name.split("/")[:-1]
    yield from ("/".join(parts[: count + 1]) for count in range(len(parts)))
