"""The stages' results in the workspace, hashed again and held against the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.integrity.faults import Expected, Fault, compare
from pipeline.integrity.record import result_files
from pipeline.record.ledger import Entry
from pipeline.run.rehash import Rehashed


@dataclass(frozen=True)
class Checked:
    """How many files should be there, the bytes of those that are, and what is wrong."""

    files: int
    size: int
    faults: tuple[Fault, ...]


def check_results(entries: Sequence[Entry], found: Rehashed) -> Checked:
    """Hold the files of results against the ledger."""
    expected = {file.place_in_container: file for entry in entries for file in result_files(entry)}
    faults = (_fault(file, found) for file in expected.values())
    size = sum(digests.size for path in expected if (digests := found.files.get(path)))
    return Checked(len(expected), size, tuple(fault for fault in faults if fault))


def _fault(file: Expected, found: Rehashed) -> Fault | None:
    digests = found.files.get(file.place_in_container)
    if digests is None and file.place_in_container in found.files:
        return Fault("unreadable", file)
    return compare(file, digests)
