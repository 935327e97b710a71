"""What the screens of the checks are drawn from: a run's report, and the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.record.ledger import Entry
from pipeline.report.metrics import RECOGNITION, task_of

Report = Mapping[str, Any]

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


def is_whole(report: Report) -> bool:
    """Return whether a report has all that a screen draws; one that was edited may not."""
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
