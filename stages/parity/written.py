"""The documents that verify writes for every task: their common parts."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from stages.files import write_text
from stages.guards.comparison import Comparison
from stages.parity.models import Model
from stages.parity.runtime import files_and_runtime
from stages.parity.series import Series
from stages.parity.task import Reading

SCHEMA_VERSION = 1
#: Threads of every model unless the parameters say otherwise: with one, Paddle Inference and Paddle-Lite
#: are comparable, as their ways to use more are not.
THREADS = 1


def parity_head(task: str, images: int, shape: Sequence[int], threads: int) -> dict[str, Any]:
    """Return what stands first in ``parity.json``: what was measured, and on what."""
    return {
        "schema_version": SCHEMA_VERSION,
        "task": task,
        "images": images,
        "image_shape": list(shape),
        "threads": threads,
        "machine": platform.machine(),
    }


def golden_document(
    task: str, shape: Sequence[int], images: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return ``golden.json``."""
    return {
        "schema_version": SCHEMA_VERSION,
        "task": task,
        "input": "SHA-256 of the prepared image's float32 values, little endian, in the order CHW",
        "image_shape": list(shape),
        "images": images,
    }


def evidence_document(
    columns: Sequence[Series[Reading]],
    models: Sequence[Model],
    compared: Mapping[str, Sequence[Comparison]],
    canary: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return ``evidence.json``.

    Args:
        columns: what was measured.
        models: all of them, also those that cannot run here.
        compared: ``dictionary`` and ``preprocessing``; what a task does not have is empty.
        canary: how the starting model reads.
    """
    places = {name: [item.entry() for item in items] for name, items in compared.items()}
    return {
        "schema_version": SCHEMA_VERSION,
        "dictionary": [],
        **places,
        "sanity": [column.sane() for column in columns if column.alive],
        "canary": canary,
        "runtime": files_and_runtime(models),
    }


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write a document as a person can read it."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def write_documents(
    folder: Path, parity: Mapping[str, Any], golden: Mapping[str, Any], evidence: Mapping[str, Any]
) -> None:
    """Write the three that are known when all is measured."""
    write_json(folder / "parity.json", parity)
    write_json(folder / "golden.json", golden)
    write_json(folder / "evidence.json", evidence)


def by_model(entries: Sequence[Mapping[str, Any]], measure: str) -> dict[str, Any]:
    """Return one measure of each model that was measured, as the stage's metrics have it."""
    measured = [entry for entry in entries if entry["status"] == "measured"]
    return {entry["name"]: entry[measure] for entry in measured}
