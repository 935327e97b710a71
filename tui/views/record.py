"""What the screens of the checks are drawn from: a run's report, and the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.ledger import Entry
from pipeline.report.metrics import RECOGNITION, task_of
from pipeline.runs import RunFolder
from tui.backend import Backend, Report

#: What each part of a report has to be for a screen to draw it.
_PARTS: dict[str, type] = {
    "run": str,
    "verdict": str,
    "reasons": list,
    "remarks": list,
    "images": int,
    "models": list,
    "mismatches": list,
    "environment": dict,
    "artifacts": list,
    "pitfalls": list,
}


@dataclass(frozen=True)
class Record:
    """A report, or None; ``is_own`` if it is that of the run which is followed."""

    report: Report | None = None
    is_own: bool = False
    entries: tuple[Entry, ...] = ()


Stamp = tuple[object, ...]


def stamp_of(backend: Backend, run: RunFolder | None) -> Stamp:
    """Return what changes whenever :func:`read_record` would say something else; cheap."""
    own = backend.report_file(run) if run else None
    path = own or backend.report_file()
    ledger = backend.state / "ledger.jsonl"
    return (
        run.name if run else "",
        *(state_of(file) for file in (path, ledger) if file is not None),
    )


def state_of(path: Path) -> tuple[str, int, int]:
    """Return what changes when the file does."""
    try:
        status = path.stat()
    except OSError:
        return str(path), 0, 0
    return str(path), status.st_mtime_ns, status.st_size


def read_record(backend: Backend, run: RunFolder | None) -> Record:
    """Read the run's own report, or the newest one that was delivered, and the ledger. May take time."""
    own = backend.report(run) if run else None
    report = own if own is not None and is_whole(own) else backend.report()
    if report is not None and not is_whole(report):
        report = None
    is_own = report is not None and run is not None and report["run"] == run.name
    return Record(report, is_own, _entries(backend))


def _entries(backend: Backend) -> tuple[Entry, ...]:
    try:
        return backend.entries()
    except OSError:  # not ours to read
        return ()


def is_whole(report: Report) -> bool:
    """Tell whether a report has all that a screen draws; one that was edited may not."""
    parts = all(isinstance(report.get(name), kind) for name, kind in _PARTS.items())
    return (
        parts
        and all(_is_model(item) for item in report["models"])
        and _is_dictionary(report.get("dictionary"), needed=task_of(report) == RECOGNITION)
        and _has_texts(report)
    )


def _is_dictionary(found: Any, *, needed: bool) -> bool:
    if found is None:
        return not needed
    return (
        isinstance(found, Mapping)
        and isinstance(found.get("sha256"), str)
        and isinstance(found.get("classes"), int)
    )


def _is_model(model: Any) -> bool:
    return isinstance(model, Mapping) and all(
        isinstance(model.get(name), str) for name in ("name", "status")
    )


def _has_texts(report: Report) -> bool:
    guards = ("id", "title", "outcome", "found")
    return (
        all(_is_text(item, ("image", "label")) for item in report["mismatches"])
        and all(
            isinstance(item, Mapping) and all(isinstance(item.get(name), str) for name in guards)
            for item in report["pitfalls"]
        )
        and all(isinstance(versions, Mapping) for versions in report["environment"].values())
        and all(isinstance(item, Mapping) for item in report["artifacts"])
    )


def _is_text(item: Any, needed: tuple[str, ...]) -> bool:
    return (
        isinstance(item, Mapping)
        and all(name in item for name in needed)
        and all(isinstance(value, str) for value in item.values())
    )
