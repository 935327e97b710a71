"""Files: written so that a crash leaves the old one or the new one, never half of one; and hashed."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path


def write_text(path: Path, text: str) -> None:
    """Write ``text`` beside ``path``, flush it to the disk and rename it into place."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, data: bytes) -> None:
    """Write ``data`` beside ``path``, flush it to the disk and rename it into place."""
    beside = path.with_name(path.name + ".writing")
    with beside.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(path)


def remove_tree(folder: Path) -> None:
    """Remove ``folder`` and all below it, if it is there."""
    if folder.exists():
        shutil.rmtree(folder)


def sha256_of(path: Path) -> tuple[int, str]:
    """Return size and SHA-256 of a file, which is read once."""
    sha256, size = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            sha256.update(block)
            size += len(block)
    return size, sha256.hexdigest()
