"""SHA256SUMS: the list of what was delivered that ``sha256sum --check`` reads."""

from __future__ import annotations

from pathlib import Path


def sums_of(folder: Path) -> dict[str, str]:
    """Return :func:`sums_in` a folder's list; nothing where it has none that can be read."""
    try:
        return sums_in((folder / "SHA256SUMS").read_bytes())
    except OSError:
        return {}


def sums_in(data: bytes) -> dict[str, str]:
    """Return the SHA-256 of each file that a list names."""
    lines = data.decode("utf-8", "replace").splitlines()
    return {line[66:]: line[:64] for line in lines if line[64:66] == "  "}
