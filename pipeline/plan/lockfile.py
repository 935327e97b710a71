"""``paddock.lock``: images, parameters and hashes of the last good run, made to be committed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.errors import IntegrityFailed, UsageError
from pipeline.plan.changes import changed_components
from pipeline.plan.stages import STAGES
from pipeline.project import Project
from pipeline.record.ledger import Components
from pipeline.text import one_line
from stages.contract import Result
from stages.contract.artifacts import PARITY
from stages.message import joined, msg
from stages.pitfalls import Pitfall

LOCK_FILE = "paddock.lock"
#: The folder of the locks of a sweep's members.
MEMBERS_LOCKS = "paddock.locks"
SCHEMA_VERSION = 2
#: Artifacts with measured times in them, which no two runs share: the ledger has their hashes, the lock not.
TIMED = frozenset({PARITY})


def lock_entry(components: Components, result: Result) -> dict[str, Any]:
    """Return what the lock says of one stage."""
    return {
        "image": components.image,
        "parameters": dict(components.parameters),
        "inputs": dict(components.inputs),
        "artifacts": {
            item.path: item.sha256 for item in result.artifacts if item.path not in TIMED
        },
    }


def lock_text(stages: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the lock as it is written."""
    body = {"schema_version": SCHEMA_VERSION, "stages": stages}
    return json.dumps(body, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def lock_of(project: Project) -> Path:
    """Return what a run with ``--locked`` is held to; a run that passes writes it."""
    return project.folder / lock_name(project)


def lock_name(project: Project) -> str:
    """Return the path of that lock in the project."""
    return f"{MEMBERS_LOCKS}/{project.member}.lock" if project.member else LOCK_FILE


def would_change(path: Path, text: str) -> bool:
    """Return whether the lock at ``path`` is another one, byte by byte, or not there."""
    return not path.is_file() or path.read_bytes() != text.encode("utf-8")


def read_lock(path: Path) -> dict[str, Any]:
    """Return the stages of the lock at ``path``.

    Raises:
        UsageError: there is no lock, it is not one, or it is of another version's form.
    """
    try:
        lock = json.loads(path.read_text(encoding="utf-8"))
        version = int(lock["schema_version"])
        stages = {stage: dict(entry) for stage, entry in lock["stages"].items()}
        if stages.keys().isdisjoint(STAGES) or not all(map(_has_tables, stages.values())):
            raise ValueError
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        remedy = msg("a run without --locked writes it if it passes; commit it")
        raise UsageError(msg("there is no lock here"), str(path), remedy) from error
    except (
        ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError,
    ) as error:  # fmt: skip
        raise UsageError(
            msg("not a lock file"), str(path), msg("restore it, or remove it")
        ) from error
    if version < SCHEMA_VERSION:
        raise UsageError(
            msg(
                "the lock is an earlier Paddock's, which named images by IDs that only one machine "
                "has"
            ),
            str(path),
            msg("run once without --locked, which renews it, and commit it"),
        )
    if version > SCHEMA_VERSION:
        raise UsageError(
            msg(
                "the lock is a later Paddock's (schema_version {version}, known: {schema_version})",
                version,
                SCHEMA_VERSION,
            ),
            str(path),
            msg("update Paddock, or run without --locked to write a new lock"),
        )
    return stages


def _has_tables(entry: Mapping[str, Any]) -> bool:
    """Return whether what an entry has in the place of tables is some; one that lacks them differs."""
    tables = ("parameters", "inputs", "artifacts")
    return all(isinstance(entry.get(name, {}), dict) for name in tables)


def locked_components(stage: str, entry: Mapping[str, Any]) -> Components:
    """Return what the lock says that a stage was made from."""
    inputs, parameters = entry.get("inputs", {}), entry.get("parameters", {})
    return Components(stage, entry.get("image", ""), parameters, inputs)


def check_locked(
    stages: Mapping[str, Mapping[str, Any]], components: Components, where: str = LOCK_FILE
) -> None:
    """Refuse a stage that is not what the lock, which is ``where``, says.

    Raises:
        IntegrityFailed: image, parameters or inputs differ; all that differs is named.
    """
    locked = stages.get(components.stage)
    if locked is None:
        raise IntegrityFailed(msg("{stage} is not in the lock", components.stage), where, _REMEDY)
    before = locked_components(components.stage, locked)
    if changes := changed_components(before, components):
        raise IntegrityFailed(
            msg(
                "{stage} is not what the lock says: {changes}",
                components.stage,
                joined("; ", changes),
            ),
            where,
            _REMEDY,
        )


def check_locked_artifacts(
    stages: Mapping[str, Mapping[str, Any]], stage: str, result: Result, where: str = LOCK_FILE
) -> None:
    """Refuse a result that is not the one in the lock, which is ``where``.

    Raises:
        IntegrityFailed: a file is missing, new, or has another hash; all that differ are named.
    """
    locked = stages.get(stage, {}).get("artifacts", {})
    found = {item.path: item.sha256 for item in result.artifacts if item.path not in TIMED}
    names = sorted(
        one_line(name)
        for name in locked.keys() | found.keys()
        if locked.get(name) != found.get(name)
    )
    if names:
        first = names[0]
        expected, has = (
            locked.get(first, msg("no such file")),
            found.get(first, msg("no such file")),
        )
        raise IntegrityFailed(
            msg(
                "{stage} did not make what the lock says: {names}; of {first} expected SHA-256 "
                "{expected}, found {has}",
                stage,
                ", ".join(names),
                first,
                expected,
                has,
            ),
            where,
            _REMEDY,
            Pitfall.CHANGED_ARTIFACT,
        )


def check_lock_itself(path: Path, text: str, where: str = LOCK_FILE) -> None:
    """Refuse a lock at ``path``, said as ``where``, that says the same as the run in other bytes, or more.

    Raises:
        IntegrityFailed: it is not what Paddock would write.
    """
    if would_change(path, text):
        raise IntegrityFailed(
            msg("the lock is not as Paddock writes it"),
            where,
            _REMEDY,
            Pitfall.CHANGED_ARTIFACT,
        )


_REMEDY = msg("restore what changed, or run without --locked to write a new lock")
