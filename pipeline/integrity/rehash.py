"""Hashing the volumes again, in a container beside them: nothing is copied out to be checked.

The container is hardened as a stage's is, and sees both volumes read-only; ``stages/rehash.py`` is what
runs in it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from pipeline.engine.containers import Job, Sink
from pipeline.errors import PaddockError
from pipeline.prepare import Prepared
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


def rehash_folders(
    prepared: Prepared, folders: Iterable[PurePosixPath], stop: Stop
) -> dict[PurePosixPath, Digests | None]:
    """Return size and hashes of every regular file below ``folders``; None if it cannot be read.

    Raises:
        PaddockError: it was stopped, or the container failed.
        EngineError: the engine refused or went away.
    """
    found = _run(prepared, [str(folder) for folder in folders], stop)
    return {
        PurePosixPath(item["path"]): (
            None if "error" in item else Digests(item["size"], item["md5"], item["sha256"])
        )
        for item in found
    }


def rehash_uploads(prepared: Prepared, stop: Stop) -> tuple[UploadedTree, ...]:
    """Hold every complete tree of the inputs volume against its manifest.

    Raises:
        PaddockError: it was stopped, or the container failed.
        EngineError: the engine refused or went away.
    """
    found = _run(prepared, ["--uploads", str(INPUTS)], stop)
    return tuple(
        UploadedTree(
            PurePosixPath(item["upload"]),
            item["files"],
            item["size"],
            tuple(_upload_fault(fault) for fault in item["faults"]),
        )
        for item in found
    )


def _upload_fault(raw: dict[str, Any]) -> UploadFault:
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
        image=prepared.planner.images[_STAGE],
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
