"""The tables of what was compared beyond the images: dictionary, preprocessing, lineage, canary, guards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.report.table import NONE, Report


@dataclass(frozen=True)
class Section:
    """A heading, the columns' titles and the rows."""

    heading: str
    titles: tuple[str, ...]
    rows: Sequence[Sequence[str]]


_PLACE_TITLES = ("place", "what", "found", "outcome")
_LINEAGE_TITLES = ("from", "to", "tensors", "identical", "derived", "by which rules")
_CANARY_TITLES = ("model", "reads as its reference", "reads as the official model")
_GUARD_TITLES = ("guard", "outcome", "found", "pitfalls")


def sections(report: Report) -> Iterator[Section]:
    """Give every table that the report has rows for; one of an older version lacks most of them."""
    made = (
        Section("Dictionary", _PLACE_TITLES, _places(report["dictionary"].get("places"))),
        Section("Preprocessing", _PLACE_TITLES, _places(report.get("preprocessing"))),
        Section("Where the weights come from", _LINEAGE_TITLES, _lineage(report)),
        Section("Not the official model", _CANARY_TITLES, _canary(report)),
        Section("Guards", _GUARD_TITLES, _guards(report)),
    )
    yield from (section for section in made if section.rows)


def _places(comparisons: Iterable[Mapping[str, Any]] | None) -> list[list[str]]:
    return [
        [str(item[name]) or NONE for name in ("place", "what", "found", "outcome")]
        for item in comparisons or ()
    ]


def _lineage(report: Report) -> list[list[str]]:
    steps = (report.get("lineage") or {}).get("steps") or ()
    return [
        [
            str(step["from"]),
            str(step["to"]),
            *(str(step[name]) for name in ("tensors", "same", "derived")),
            ", ".join(f"{name} {count}" for name, count in step["by"].items()) or NONE,
        ]
        for step in steps
    ]


def _canary(report: Report) -> list[list[str]]:
    canary = report.get("canary") or {}
    return [
        [
            str(item["model"]),
            f"{item['reference']} {item['as_reference']:.2%}",
            f"{canary['stock']} {item['as_stock']:.2%}",
        ]
        for item in canary.get("models") or ()
    ]


def _guards(report: Report) -> list[list[str]]:
    return [
        [
            *(str(guard[name]) for name in ("title", "outcome", "found")),
            ", ".join(map(str, guard.get("pitfalls", ()))) or NONE,
        ]
        for guard in report["pitfalls"]
    ]
