"""The words that the host and a container exchange. Standard library only: both sides import it.

The host writes a :class:`Spec` into the workspace and starts ``python -m stages NAME SPEC``. The stage
answers with events, one JSON object a line on stdout, and leaves a :class:`Result` beside its artifacts.
docs/stage-contract.md tells the whole story.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import IntEnum
from pathlib import Path, PurePosixPath
from typing import Any

#: What a project's model does: read a line, find the lines of a page, tell a line's orientation. The
#: first is that of a spec without the parameter ``task``.
TASKS = ("recognition", "detection", "orientation")

#: Where the workspace volume is mounted, and the read-only volume of the project's own files in it.
WORKSPACE = PurePosixPath("/paddock")
INPUTS = WORKSPACE / "inputs"
#: What stages may find again and can do without: kept by content, never an artifact, in no key.
CACHE = WORKSPACE / "cache"

#: Written last; a folder without it does not exist for the planner.
RESULT_FILE = "result.json"
#: Lists ``SHA256  relative/path`` of every file of a tree input; the tree's hash is this file's hash.
MANIFEST_FILE = "MANIFEST"
#: A stage keeps what it can resume from here, inside its output folder; it is never an artifact.
SCRATCH_FOLDER = ".work"


class Exit(IntEnum):
    """Exit codes of ``paddock`` and of a stage (docs/exit-codes.md)."""

    OK = 0
    PARITY = 1
    USAGE = 2
    STAGE = 3
    ENGINE = 4
    INTEGRITY = 5
    HANGUP = 129
    INTERRUPTED = 130
    TERMINATED = 143


@dataclass(frozen=True)
class Input:
    """Something that a stage reads: a file, or a tree of files with a :data:`MANIFEST_FILE`."""

    name: str
    path: str
    sha256: str
    made_by: str
    tree: bool = False


@dataclass(frozen=True)
class Spec:
    """All that a stage is told. ``output`` is the final folder; the stage writes beside it.

    ``cache`` is a folder of the workspace that outlives all results.
    """

    stage: str
    key: str
    output: str
    parameters: dict[str, Any] = field(default_factory=dict)
    inputs: tuple[Input, ...] = ()
    seed: int = 42
    threads: int = 2
    cache: str = str(CACHE)

    @classmethod
    def load(cls, path: Path) -> Spec:
        """Read a spec that :meth:`dump` wrote."""
        raw = json.loads(path.read_text(encoding="utf-8"))
        raw["inputs"] = tuple(Input(**item) for item in raw["inputs"])
        return cls(**raw)

    def dump(self) -> str:
        """Return the spec as JSON with sorted keys."""
        return json.dumps(asdict(self), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


@dataclass(frozen=True)
class Artifact:
    """A file that a stage made; ``path`` is relative to the stage's output folder."""

    path: str
    size: int
    md5: str
    sha256: str


@dataclass(frozen=True)
class Result:
    """What a finished stage leaves in :data:`RESULT_FILE`.

    ``seconds`` is all that the stage took, ``guard_seconds`` what of it went into hashing and guards.
    """

    stage: str
    key: str
    artifacts: tuple[Artifact, ...]
    metrics: dict[str, Any]
    environment: dict[str, str]
    seconds: float
    guard_seconds: float = 0.0

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Result:
        """Build a result from its parsed JSON."""
        values = dict(raw)
        values["artifacts"] = tuple(Artifact(**item) for item in values["artifacts"])
        return cls(**values)

    def artifact(self, path: str) -> Artifact:
        """Return the artifact called ``path``.

        Raises:
            KeyError: the stage made no such file.
        """
        for item in self.artifacts:
            if item.path == path:
                return item
        raise KeyError(path)

    def dump(self) -> str:
        """Return the result as JSON with sorted keys."""
        return json.dumps(asdict(self), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


@dataclass(frozen=True)
class Progress:
    """``done`` of ``total`` units; the reader makes the ETA from when it arrives."""

    done: float
    total: float
    unit: str
    note: str = ""


@dataclass(frozen=True)
class Metric:
    """A number worth a curve: ``step`` is its place on the x axis."""

    name: str
    value: float
    step: int


@dataclass(frozen=True)
class ArtifactMade:
    """A file is complete and hashed."""

    path: str
    size: int
    md5: str
    sha256: str


@dataclass(frozen=True)
class Warned:
    """Something that a person should know, and that does not stop the stage."""

    message: str
    where: str = ""
    pitfall: str = ""


@dataclass(frozen=True)
class Failed:
    """Why the stage ends. ``code`` is an :class:`Exit`; ``where`` a file, line or operator.

    ``pitfall`` is an ID of :mod:`stages.pitfalls`, or "".
    """

    code: int
    message: str
    where: str = ""
    remedy: str = ""
    pitfall: str = ""


@dataclass(frozen=True)
class EnvironmentRead:
    """By name: python, paddle, paddle_commit, paddlelite, numpy, opencv, cpu, cpu_flags."""

    versions: dict[str, str]


StageEvent = Progress | Metric | ArtifactMade | Warned | Failed | EnvironmentRead

#: The ``type`` field of an event's JSON line.
EVENT_TYPES: dict[str, type[StageEvent]] = {
    "progress": Progress,
    "metric": Metric,
    "artifact": ArtifactMade,
    "warning": Warned,
    "error": Failed,
    "environment": EnvironmentRead,
}
_TYPE_NAMES = {cls: name for name, cls in EVENT_TYPES.items()}


def encode_event(event: StageEvent) -> str:
    """Return ``event`` as one line of ASCII JSON, without the newline."""
    return json.dumps({"type": _TYPE_NAMES[type(event)], **asdict(event)})


def decode_event(line: str) -> StageEvent:
    """Parse a line of :func:`encode_event`.

    Raises:
        ValueError: the line is not an event of this contract.
    """
    try:
        raw = json.loads(line)
        return EVENT_TYPES[raw.pop("type")](**raw)
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise ValueError(f"not a stage event: {line[:200]!r}") from error


def stage_key(
    stage: str, image: str, parameters: Mapping[str, Any], inputs: Mapping[str, str]
) -> str:
    """Return the SHA-256 of all that decides a stage's result (hexadecimal).

    ``image`` is the image's identity. The stage's code is in the image, so no version of it is named.
    """
    components = {
        "stage": stage,
        "image": image,
        "parameters": dict(parameters),
        "inputs": dict(inputs),
    }
    canonical = json.dumps(components, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


@dataclass(frozen=True)
class Digests:
    """Size and hashes of a file, made in one reading."""

    size: int
    md5: str
    sha256: str


def hash_file(path: Path) -> Digests:
    """Read ``path`` once and return its size, MD5 and SHA-256."""
    md5, sha256, size = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            md5.update(block)
            sha256.update(block)
            size += len(block)
    return Digests(size, md5.hexdigest(), sha256.hexdigest())


def digests_of(data: bytes) -> Digests:
    """Return size, MD5 and SHA-256 of ``data``."""
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return Digests(len(data), md5, hashlib.sha256(data).hexdigest())
