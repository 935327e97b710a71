"""What the host tells a stage: the spec, what it is called, and where things are mounted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import IntEnum
from pathlib import Path, PurePosixPath
from typing import Any

from stages.contract.kernels import Kernels

#: What a project's model does: read a line, find the lines of a page, tell a line's orientation. The
#: first is that of a spec without the parameter ``task``.
TASKS = ("recognition", "detection", "orientation")

#: What ``[data] dictionary`` calls the characters that PaddleOCR takes where a configuration names no
#: file: ``BaseRecLabelEncode`` and ``BaseRecLabelDecode`` with ``character_dict_path=None``. Labels are
#: lower-cased then, and ``use_space_char`` adds nothing.
DEFAULT_DICTIONARY = "paddleocr-default"
DEFAULT_CHARACTERS = "0123456789abcdefghijklmnopqrstuvwxyz"

#: Under this accuracy, models that read the same prove little, and what would read better is looked for.
WEAK = 0.5

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


#: In the environment of a container whose stdin stays open as long as somebody attends to it.
ATTENDED = "PADDOCK_ATTENDED"


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
    kernels: Kernels = "portable"
    cache: str = str(CACHE)

    @classmethod
    def load(cls, path: Path) -> Spec:
        """Read a spec that :meth:`dump` wrote."""
        return cls.parse(path.read_text(encoding="utf-8"))

    @classmethod
    def parse(cls, text: str) -> Spec:
        """Return the spec that :meth:`dump` returned as ``text``."""
        raw = json.loads(text)
        raw["inputs"] = tuple(Input(**item) for item in raw["inputs"])
        return cls(**raw)

    def dump(self) -> str:
        """Return the spec as JSON with sorted keys."""
        return json.dumps(asdict(self), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


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
