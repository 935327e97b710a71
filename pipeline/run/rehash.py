"""Hashing the volumes again, in a container beside them: nothing is copied out to be checked.

The container is hardened as a stage's is, and sees both volumes read-only; ``stages/rehash.py`` is what
runs in it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from pipeline.engine.containers import Job, Sink
from pipeline.errors import PaddockError
from pipeline.run.prepare import Prepared
from pipeline.text import one_line
from stages.contract import INPUTS, Digests, Exit

Stop = Callable[[], int]
_COMMAND = ("python", "-m", "stages.rehash")
#: Whose image is used: every project has this stage, and its image is the smallest.
_STAGE = "data"
#: How much of what the container printed on stderr is kept.
_KEPT = 4000


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
    prepared: Prepared, folders: Iterable[PurePosixPath], stop: Stop, *, uploads: bool = False
) -> Rehashed:
    """Hash every regular file below ``folders``, and with ``uploads`` every tree of the inputs volume.

    Raises:
        PaddockError: it was stopped, or the container failed.
        EngineError: the engine refused or went away.
    """
    words = [str(folder) for folder in folders]
    found = _run(prepared, [*words, *(["--uploads", str(INPUTS)] if uploads else [])], stop)
    files = {PurePosixPath(item["path"]): _digests(item) for item in found if "path" in item}
    return Rehashed(files, tuple(_tree(item) for item in found if "upload" in item))


def _digests(raw: Mapping[str, Any]) -> Digests | None:
    return None if "error" in raw else Digests(raw["size"], raw["md5"], raw["sha256"])


def _tree(raw: Mapping[str, Any]) -> UploadedTree:
    faults = tuple(_upload_fault(fault) for fault in raw["faults"])
    return UploadedTree(PurePosixPath(raw["upload"]), raw["files"], raw["size"], faults)


def _upload_fault(raw: Mapping[str, Any]) -> UploadFault:
    found = Digests(raw["size"], "", raw["sha256"]) if raw["sha256"] else None
    return UploadFault(PurePosixPath(raw["path"]), raw["expected"], found)


@dataclass
class _Output:
    """What the container prints: its lines, and the end of what it complained about."""

    lines: bytearray = field(default_factory=bytearray)
    complaints: bytes = b""

    def take_lines(self, data: bytes) -> None:
        self.lines += data

    def take_complaints(self, data: bytes) -> None:
        self.complaints = (self.complaints + data)[-_KEPT:]

    def last_complaint(self) -> str:
        lines = self.complaints.decode("utf-8", "replace").splitlines()
        return one_line(lines[-1]) if lines else ""


def _run(prepared: Prepared, words: Sequence[str], stop: Stop) -> list[dict[str, Any]]:
    workspace, output = prepared.workspace, _Output()
    job = Job(
        service=workspace.compose.services[_STAGE],
        image=prepared.images[_STAGE].id,
        name=f"paddock-{workspace.identity}-rehash-{secrets.token_hex(4)}",
        command=tuple(words),
        volumes=workspace.volumes,
        labels=workspace.labels,
        read_only=True,
        entrypoint=_COMMAND,
    )
    sink = Sink(output.take_lines, output.take_complaints)
    exited = prepared.engine.containers.run(job, {}, sink, stop)
    if exited.stopped:
        raise PaddockError("hashing was stopped")
    if exited.code != Exit.OK:
        message = f"hashing the workspace again ended with code {exited.code}"
        remedy = "build the images again: paddock images build"
        raise PaddockError(message, output.last_complaint(), remedy)
    return [json.loads(line) for line in output.lines.splitlines()]
