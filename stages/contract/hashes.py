"""Size and hashes of files and bytes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Digests:
    """Size and hashes of a file, made in one reading."""

    size: int
    md5: str
    sha256: str


def hash_file(path: Path) -> Digests:
    """Read ``path`` once and return its size, MD5 and SHA-256."""
    md5, sha256, size = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            md5.update(block)
            sha256.update(block)
            size += len(block)
    return Digests(size, md5.hexdigest(), sha256.hexdigest())


def digests_of(data: bytes) -> Digests:
    """Return size, MD5 and SHA-256 of ``data``."""
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return Digests(len(data), md5, hashlib.sha256(data).hexdigest())
