"""The check of every run: the cached results that it takes are hashed again before anything starts."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from pipeline.integrity.faults import Fault, compare
from pipeline.integrity.record import result_files, result_folders
from pipeline.integrity.rehash import Stop, rehash_folders
from pipeline.ledger import Entry
from pipeline.prepare import Prepared


@dataclass(frozen=True)
class Checked:
    """How much was hashed, and what is wrong."""

    files: int
    size: int
    seconds: float
    faults: tuple[Fault, ...]


def check_results(prepared: Prepared, entries: Sequence[Entry], stop: Stop) -> Checked:
    """Hash the results again and hold every file against the ledger.

    Raises:
        PaddockError: it was stopped, or the container failed.
        EngineError: the engine refused or went away.
    """
    started = time.monotonic()
    expected = [file for entry in entries for file in result_files(entry)]
    found = rehash_folders(prepared, result_folders(entries), stop) if entries else {}
    paths = {PurePosixPath(file.path): file for file in expected}
    faults = [
        Fault("unreadable", file)
        if path in found and found[path] is None
        else compare(file, found.get(path))
        for path, file in paths.items()
    ]
    size = sum(digests.size for path, digests in found.items() if digests and path in paths)
    seconds = round(time.monotonic() - started, 2)
    return Checked(len(paths), size, seconds, tuple(fault for fault in faults if fault))
