"""SHA256SUMS: the list of what was delivered that ``sha256sum --check`` reads."""

from __future__ import annotations

from pathlib import Path


def sums_of(folder: Path) -> dict[str, str]:
    """Return :func:`sums_in` a folder's list; nothing where it has none.

    Raises:
        OSError: it cannot be read.
    """
    path = folder / "SHA256SUMS"
    return sums_in(path.read_bytes()) if path.is_file() else {}  # no pipe is waited for


def sums_in(data: bytes) -> dict[str, str]:
    """Return the SHA-256 of each file that a list names; "" of one that is named with two."""
    found: dict[str, str] = {}
    for line in data.decode("utf-8", "replace").splitlines():
        if line[64:66] == "  ":
            sha256, name = line[:64], line[66:]
            found[name] = sha256 if found.get(name, sha256) == sha256 else ""
    return found
