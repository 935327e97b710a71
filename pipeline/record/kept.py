"""Artifacts that stay on the host, found by hash: what reports are made of, and what is looked at later."""

from __future__ import annotations

from pathlib import Path

from stages.contract import hash_file

#: Larger ones are not kept to be looked at, in bytes: the test labels of a million lines.
LARGEST_KEPT = 64 << 20


def kept_file(state: Path, sha256: str) -> Path:
    """Return where an artifact is kept, or would be, in a project's ``.paddock``."""
    return state / "cache" / sha256


def read_kept(state: Path, sha256: str) -> bytes | None:
    """Return an artifact that is kept; None if it is not there, or not what its hash says."""
    path = kept_file(state, sha256)
    try:
        if hash_file(path).sha256 == sha256:
            return path.read_bytes()
    except OSError:
        pass
    return None
