"""``paddock.lock``: images, parameters and hashes of the last good run, made to be committed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.errors import IntegrityFailed, UsageError
from pipeline.ledger import Components
from pipeline.plan import changed_components
from stages.contract import Result
from stages.files import write_text

LOCK_FILE = "paddock.lock"
SCHEMA_VERSION = 1


def lock_entry(components: Components, result: Result) -> dict[str, Any]:
    """Return what the lock says of one stage."""
    return {
        "image": components.image,
        "parameters": dict(components.parameters),
        "inputs": dict(components.inputs),
        "artifacts": {item.path: item.sha256 for item in result.artifacts},
    }


def write_lock(folder: Path, stages: Mapping[str, Mapping[str, Any]]) -> bool:
    """Write the lock if it would change; tell whether it did."""
    path = folder / LOCK_FILE
    body = {"schema_version": SCHEMA_VERSION, "stages": stages}
    text = json.dumps(body, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    write_text(path, text)
    return True


def read_lock(folder: Path) -> dict[str, Any]:
    """Return the lock's stages.

    Raises:
        UsageError: there is no lock, or it is not one.
    """
    path = folder / LOCK_FILE
    try:
        stages = json.loads(path.read_text(encoding="utf-8"))["stages"]
        return {stage: dict(entry) for stage, entry in stages.items()}
    except FileNotFoundError as error:
        remedy = "run once without --locked and commit paddock.lock"
        raise UsageError("there is no lock to hold the run to", str(path), remedy) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError("not a lock file", str(path), "restore it, or remove it") from error


def check_locked(stages: Mapping[str, Mapping[str, Any]], components: Components) -> None:
    """Refuse a stage that is not what the lock says.

    Raises:
        IntegrityFailed: image, parameters or inputs differ; all that differs is named.
    """
    locked = stages.get(components.stage)
    if locked is None:
        raise IntegrityFailed(f"{components.stage} is not in the lock", LOCK_FILE, _REMEDY)
    names = ("image", "parameters", "inputs")
    image, parameters, inputs = (locked.get(name, "" if name == "image" else {}) for name in names)
    before = Components(components.stage, image, parameters, inputs)
    if changes := changed_components(before, components):
        raise IntegrityFailed(
            f"{components.stage} is not what the lock says: {'; '.join(changes)}",
            LOCK_FILE,
            _REMEDY,
        )


_REMEDY = "restore what changed, or run without --locked to write a new lock"
