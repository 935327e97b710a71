"""``python -m stages.rehash FOLDER… [--uploads FOLDER]``: hash what is in the volumes again, in place.

Runs in the data stage's image with both volumes read-only (``pipeline/run/rehash.py``): nothing is
copied out to be checked, so this works alike for a remote engine. One JSON object a line on stdout, ASCII:
``{"path", "size", "sha256"}`` for every regular file below the folders. A folder that is not there
gives no line; a file that cannot be read gives ``{"path", "error"}``. What is not a regular file (a link,
say) gives nothing: a stage leaves none.

For every uploaded tree below the last folder, each named by the SHA-256 of its ``MANIFEST``, it says
``{"upload", "files", "size", "faults": [{"path", "expected", "size", "sha256"}]}``; a missing file has size
-1 and no hash. Standard library only, and little of it, for a run that has nothing to do waits for this: to
import pathlib, argparse, typing and concurrent.futures would take longer than all else.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import threading
from collections.abc import Iterable, Iterator
from itertools import chain

_UPLOADS = "--uploads"
#: The last line: without it the connection broke, and what was not said is not missing.
END: dict[str, object] = {}
#: hashlib lets go of the interpreter's lock while it works.
_THREADS = 2
_BLOCK = 1 << 20


def main(arguments: list[str]) -> int:
    """Print what is in the folders; return 0, for differences are the reader's to judge."""
    at = arguments.index(_UPLOADS) if _UPLOADS in arguments else len(arguments)
    for line in chain(_files(arguments[:at]), _uploads(arguments[at + 1 :]), [END]):
        sys.stdout.write(json.dumps(line) + "\n")
    return 0


def _files(folders: Iterable[str]) -> Iterator[dict[str, object]]:
    paths = [path for folder in folders for path in _regular(folder)]
    for path, found in zip(paths, _looked_at(paths), strict=True):
        if isinstance(found, OSError):
            yield {"path": path, "error": str(found.strerror)}
        else:
            yield {"path": path, "size": found[0], "sha256": found[1]}


def _regular(folder: str) -> Iterator[str]:
    """Give every regular file below ``folder``, without following a link."""
    for root, _folders, names in os.walk(folder):
        for name in sorted(names):
            path = f"{root}/{name}"
            if os.path.isfile(path) and not os.path.islink(path):  # noqa: PTH113, PTH114
                yield path


def _uploads(parents: Iterable[str]) -> Iterator[dict[str, object]]:
    for parent in filter(os.path.isdir, parents):
        from stages.contract import MANIFEST_FILE  # noqa: PLC0415 - only an audit needs it

        for name in sorted(os.listdir(parent)):  # noqa: PTH208
            manifest = f"{parent}/{name}/{MANIFEST_FILE}"
            if os.path.isfile(manifest):  # noqa: PTH113 - without, an upload was interrupted: no tree yet
                yield _upload(f"{parent}/{name}", name, manifest)


def _upload(folder: str, name: str, manifest: str) -> dict[str, object]:
    """Hold a tree against its manifest, and the manifest against the name of the folder."""
    (known,) = _looked_at([manifest])
    if isinstance(known, OSError) or known[1] != name:
        faults = [_fault(manifest, name, known)]
        return {"upload": folder, "files": 1, "size": 0, "faults": faults}
    with open(manifest, encoding="utf-8", newline="\n") as stream:  # noqa: PTH123
        lines = stream.read().rstrip("\n").split("\n")
    pairs = [(line.partition("  ")[0], f"{folder}/{line.partition('  ')[2]}") for line in lines]
    found = _looked_at([path for _, path in pairs])
    faults = [
        _fault(path, expected, seen)
        for (expected, path), seen in zip(pairs, found, strict=True)
        if isinstance(seen, OSError) or seen[1] != expected
    ]
    size = known[0] + sum(seen[0] for seen in found if not isinstance(seen, OSError))
    return {"upload": folder, "files": len(pairs) + 1, "size": size, "faults": faults}


def _looked_at(paths: list[str]) -> list[tuple[int, str] | OSError]:
    """Return size and SHA-256 of each file, or why it cannot be read; threads take one after the other."""
    found: dict[int, tuple[int, str] | OSError] = {}
    todo = enumerate(paths)

    def work() -> None:
        for number, path in todo:
            try:
                found[number] = _read(path)
            except OSError as error:
                found[number] = error

    threads = [threading.Thread(target=work) for _ in range(_THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [found[number] for number in range(len(paths))]


def _read(path: str) -> tuple[int, str]:
    """Return size and SHA-256 of a file that is no link, which is read once."""
    sha256, size = hashlib.sha256(), 0
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with open(descriptor, "rb", buffering=0) as stream:  # noqa: PTH123
        while block := stream.read(_BLOCK):
            sha256.update(block)
            size += len(block)
    return size, sha256.hexdigest()


def _fault(path: str, expected: str, found: tuple[int, str] | OSError) -> dict[str, object]:
    size, sha256 = (-1, "") if isinstance(found, OSError) else found
    return {"path": path, "expected": expected, "size": size, "sha256": sha256}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
