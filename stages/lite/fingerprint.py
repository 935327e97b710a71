"""Fingerprints of tensors and of models: the same number for the same weights, in whatever file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping


def tensor_fingerprint(dtype: str, shape: tuple[int, ...], data: memoryview | bytes) -> str:
    """Return the SHA-256 of a tensor: ``float32 16,3,3,3``, a newline, and its bytes.

    The name is not in it: the exporter, the rules and ``opt`` may each give another.
    """
    digest = hashlib.sha256(f"{dtype} {','.join(map(str, shape))}\n".encode())
    digest.update(data)
    return digest.hexdigest()


def model_fingerprint(tensors: Mapping[str, str]) -> str:
    """Return the SHA-256 of a model: the fingerprints of its tensors and their names, sorted."""
    lines = "".join(f"{tensors[name]} {name}\n" for name in sorted(tensors))
    return hashlib.sha256(lines.encode()).hexdigest()
