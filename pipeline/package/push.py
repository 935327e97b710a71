"""``paddock push``: what the last run delivered, sent to a registry; the tag comes last."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import IO

from pipeline.errors import UsageError
from pipeline.package.contents import Package
from pipeline.registry.client import Registry
from pipeline.registry.content import (
    Blob,
    manifest_digest,
    opened,
    put_manifest,
    send_missing,
    twice,
)
from pipeline.registry.reference import Reference, digest_of
from pipeline.registry.transfer import Transfer
from stages.message import msg


@dataclass(frozen=True)
class Pushed:
    """What is in the registry now.

    Args:
        reference: the name that leads to it.
        digest: of its manifest, by which it is pulled without a doubt.
        before: what the tag led to; "" if it is new.
        sent: bytes that had to be sent.
    """

    reference: Reference
    digest: str
    before: str
    sent: int

    @property
    def pinned(self) -> str:
        """The name that always leads to this very package."""
        return str(self.reference.at(self.digest))


def check_target(reference: Reference) -> None:
    """Refuse a name that nothing can be pushed under.

    Raises:
        UsageError: it has a digest, or no tag.
    """
    if reference.digest:
        raise UsageError(
            msg("what is pushed gets its digest from its bytes: {reference} has one", reference),
            remedy=msg("name a tag instead: {name}:TAG", f"{reference.registry}/{reference.name}"),
        )
    if not reference.tag:
        raise UsageError(
            msg("{reference} has no tag", reference),
            remedy=msg("name one: {reference}:1", reference),
        )


def push(package: Package, registry: Registry, say: Callable[[str], None]) -> Pushed:
    """Send what the registry does not have yet, and then let the tag lead to it.

    Raises:
        RegistryFailed: it cannot be reached, or does not take it.
        IntegrityFailed: it keeps other bytes, or a file changed meanwhile.
    """
    registry.open()
    reference, manifest = registry.reference, package.manifest
    data = manifest.dump()
    digest = digest_of(data)
    before = manifest_digest(registry, reference.tag)
    sources: dict[Blob, Callable[[], IO[bytes]]] = {
        layer.blob: partial(opened, package.path(layer)) for layer in manifest.layers
    }
    sources |= {manifest.config: partial(io.BytesIO, package.config)}
    sent = send_missing(registry, sources, Transfer(manifest.size, say))
    if before != digest:
        twice(partial(put_manifest, registry, reference.tag, data))
    return Pushed(reference, digest, before, sent)
