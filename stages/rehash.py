"""``python -m stages.rehash FOLDER… [--uploads FOLDER]``: hash what is in the volumes again, in place.

Runs in the data stage's image with both volumes read-only (``pipeline/run/rehash.py``): nothing is
copied out to be checked, so this works alike for a remote engine. One JSON object a line on stdout, ASCII:
``{"path", "size", "sha256"}`` for every regular file below the folders. A folder that is not there
gives no line; a file that cannot be read gives ``{"path", "error"}``. What is not a regular file (a link,
say) gives nothing: a stage leaves none.

For every uploaded tree below the last folder, each named by the SHA-256 of its ``MANIFEST``, it says
``{"upload", "files", "size", "faults": [{"path", "expected", "size", "sha256"}]}``; a missing file has size
-1 and no hash. Standard library only, and little of it: a run that has nothing to do waits for this.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Any

from stages.files import sha256_of
from stages.message import msg

#: The last line: without it the connection broke, and what was not said is not missing.
END: dict[str, Any] = {}
#: hashlib lets go of the interpreter's lock while it works.
_THREADS = 2


def main(arguments: list[str]) -> int:
    """Print what is in the folders; return 0, for differences are the reader's to judge."""
    parser = argparse.ArgumentParser(prog="python -m stages.rehash")
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--uploads", type=Path)
    options = parser.parse_args(arguments)
    for line in chain(_files(options.folders), _uploads(options.uploads), [END]):
        sys.stdout.write(json.dumps(line) + "\n")
    return 0


def _files(folders: Iterable[Path]) -> Iterator[dict[str, Any]]:
    with ThreadPoolExecutor(_THREADS) as pool:
        yield from pool.map(_described, [path for folder in folders for path in _regular(folder)])


def _regular(folder: Path) -> Iterator[Path]:
    """Give every regular file below ``folder``, without following a link."""
    for root, _folders, names in os.walk(folder):
        for name in sorted(names):
            path = Path(root) / name
            if path.is_file() and not path.is_symlink():
                yield path


def _described(path: Path) -> dict[str, Any]:
    try:
        size, sha256 = sha256_of(path)
    except OSError as error:
        return {"path": str(path), "error": error.strerror or msg("it cannot be read")}
    return {"path": str(path), "size": size, "sha256": sha256}


def _uploads(parent: Path | None) -> Iterator[dict[str, Any]]:
    if parent is None or not parent.is_dir():
        return
    from stages.contract import MANIFEST_FILE  # noqa: PLC0415 - only an audit needs it

    for folder in sorted(parent.iterdir()):
        manifest = folder / MANIFEST_FILE
        if manifest.is_file():  # without, an upload was interrupted: no tree yet
            yield _upload(folder, manifest)


def _upload(folder: Path, manifest: Path) -> dict[str, Any]:
    """Hold a tree against its manifest, and the manifest against the name of the folder."""
    known, faults = sha256_of(manifest), []
    if known[1] != folder.name:
        faults = [_fault(manifest, folder.name, known)]
        return {"upload": str(folder), "files": 1, "size": known[0], "faults": faults}
    lines = manifest.read_bytes().decode("utf-8").rstrip("\n").split("\n")
    pairs = [(line.partition("  ")[0], folder / line.partition("  ")[2]) for line in lines]
    with ThreadPoolExecutor(_THREADS) as pool:
        found = list(pool.map(_digests, [path for _, path in pairs]))
    faults = [
        _fault(path, expected, digests)
        for (expected, path), digests in zip(pairs, found, strict=True)
        if digests is None or digests[1] != expected
    ]
    size = known[0] + sum(digests[0] for digests in found if digests)
    return {"upload": str(folder), "files": len(pairs) + 1, "size": size, "faults": faults}


def _digests(path: Path) -> tuple[int, str] | None:
    """Return size and SHA-256, or None for what is not there or cannot be read."""
    try:
        return sha256_of(path) if not path.is_symlink() else None
    except OSError:
        return None


def _fault(path: Path, expected: str, found: tuple[int, str] | None) -> dict[str, Any]:
    size, sha256 = found or (-1, "")
    return {"path": str(path), "expected": expected, "size": size, "sha256": sha256}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
