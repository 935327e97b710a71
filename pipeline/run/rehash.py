"""Hashing the volumes again, in a container beside them: nothing is copied out to be checked.

``stages/rehash.py`` is what runs in it, and it sees both volumes read-only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any

from pipeline.errors import EngineError
from pipeline.integrity.faults import Expected, Fault, compare
from pipeline.integrity.record import result_files
from pipeline.record.ledger import Entry
from pipeline.run.place import Place, Stop
from stages.contract import INPUTS, Digests
from stages.message import msg

#: Whose image it runs in: no other has ``stages/rehash.py``.
STAGE = "data"
_END = b"{}"
#: Folders that one container is told: a command line has no place for those of a large sweep.
AT_ONCE = 5000
#: Without what is installed beside Python, which it needs nothing of: a run waits for this to start.
_COMMAND = ("python", "-S", "-m", "stages.rehash")


@dataclass(frozen=True)
class UploadFault:
    """A file of an uploaded tree that is not what its manifest says; ``found`` is None if it is missing."""

    path: PurePosixPath
    expected: str
    found: Digests | None


@dataclass(frozen=True)
class UploadedTree:
    """An uploaded tree, hashed again."""

    folder: PurePosixPath
    files: int
    size: int
    faults: tuple[UploadFault, ...]


@dataclass(frozen=True)
class Rehashed:
    """What is in the volumes: files by path, None for one that cannot be read; and uploaded trees."""

    files: Mapping[PurePosixPath, Digests | None]
    trees: tuple[UploadedTree, ...] = ()


def rehash(
    place: Place, folders: Iterable[PurePosixPath], stop: Stop, *, uploads: bool = False
) -> Rehashed:
    """Hash every regular file below ``folders``, and with ``uploads`` every tree of the inputs volume.

    Raises:
        PaddockError: it was stopped, or the container failed.
        EngineError: the engine refused or went away.
    """
    words, found = [str(folder) for folder in folders], list[dict[str, Any]]()
    more = ["--uploads", str(INPUTS)] if uploads else []
    for start in range(0, max(1, len(words)), AT_ONCE):
        found += _run(place, [*words[start : start + AT_ONCE], *more], stop)
        more = []
    files = {PurePosixPath(item["path"]): _digests(item) for item in found if "path" in item}
    return Rehashed(files, tuple(_tree(item) for item in found if "upload" in item))


def _digests(raw: Mapping[str, Any]) -> Digests | None:
    return None if "error" in raw else Digests(raw["size"], "", raw["sha256"])


def _tree(raw: Mapping[str, Any]) -> UploadedTree:
    faults = tuple(_upload_fault(fault) for fault in raw["faults"])
    return UploadedTree(PurePosixPath(raw["upload"]), raw["files"], raw["size"], faults)


def _upload_fault(raw: Mapping[str, Any]) -> UploadFault:
    found = Digests(raw["size"], "", raw["sha256"]) if raw["sha256"] else None
    return UploadFault(PurePosixPath(raw["path"]), raw["expected"], found)


def _run(place: Place, words: Sequence[str], stop: Stop) -> list[dict[str, Any]]:
    what = msg("hashing the workspace again")
    *lines, end = place.ask(what, (*_COMMAND, *words), stop).splitlines() or [b""]
    if end != _END:
        message = msg(
            "{what}: the connection to the engine broke off, or the image is an older Paddock's",
            what,
        )
        remedy = msg(
            "see whether it still runs (`docker info`) and bring the images up to date (`paddock images "
            "build`), then run the same command again"
        )
        raise EngineError(message, remedy=remedy)
    return [json.loads(line) for line in lines]


@dataclass(frozen=True)
class Checked:
    """How many files should be there, the bytes of those that are, and what is wrong."""

    files: int
    size: int
    faults: tuple[Fault, ...]


def check_results(
    entries: Sequence[Entry], found: Rehashed, members: Mapping[str, str] = MappingProxyType({})
) -> Checked:
    """Hold the files of results against the ledger.

    Args:
        entries: the results.
        found: what is in the volumes.
        members: the keys of results that only a sweep's member stands on, and which.
    """
    expected = {
        file.place_in_container: file
        for entry in entries
        for file in result_files(entry, members.get(entry.key, ""))
    }
    faults = (_fault(file, found) for file in expected.values())
    size = sum(digests.size for path in expected if (digests := found.files.get(path)))
    return Checked(len(expected), size, tuple(fault for fault in faults if fault))


def _fault(file: Expected, found: Rehashed) -> Fault | None:
    digests = found.files.get(file.place_in_container)
    if digests is None and file.place_in_container in found.files:
        return Fault("unreadable", file)
    return compare(file, digests)
