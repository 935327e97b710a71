"""Where the weights of each model come from, as a report tells it: sections of names and sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tui.language import _, ngettext, translated

Report = Mapping[str, Any]
Fact = tuple[str, str]


@dataclass(frozen=True)
class Part:
    """A heading, and below it names with what is known of each."""

    title: str
    facts: tuple[Fact, ...]


def lineage_of(report: Report, arrow: str) -> tuple[Part, ...]:
    """Return what a report says of its weights; a part of which it says nothing is left out.

    Args:
        report: the parsed report.json, which may be of another version, or edited by hand.
        arrow: what stands between a model and the one that was made from it.
    """
    parts = (
        Part(_("What training changed"), _read(_learned, report)),
        Part(_("From model to model"), _read(lambda it: _steps(it, arrow), report)),
        Part(_("Held against the official model"), _read(_canary, report)),
        Part(_("Fingerprint of all tensors (SHA-256)"), _read(_fingerprints, report)),
    )
    return tuple(part for part in parts if part.facts)


def _read(give: Callable[[Report], Iterator[Fact]], report: Report) -> tuple[Fact, ...]:
    """Return all facts, or none if the report is not made as they need it."""
    try:
        return tuple(give(report))
    except (LookupError, TypeError, ValueError, AttributeError):
        return ()


def _learned(report: Report) -> Iterator[Fact]:
    metrics = report["stages"]["train"]["metrics"]
    for part, count in metrics["learned"].items():
        total = metrics["parameters"][part]
        said = _("{count} of {total} tensors differ from the starting weights")
        yield str(part), said.format(count=count, total=total)


def _steps(report: Report, arrow: str) -> Iterator[Fact]:
    export = report.get("stages", {}).get("export", {}).get("metrics", {})
    compared, images = export.get("parameters_compared"), export.get("images_compared")
    difference = f"{export.get('max_difference', 0.0):g}"
    if images:
        said = _("all {count} parameters taken over; on {images} images {difference} apart at most")
        values = said.format(count=compared, images=images, difference=difference)
        yield _way("pir", arrow, "pd"), values
    elif compared:
        said = _("all {count} parameters compared; largest difference {difference}")
        yield _way("checkpoint", arrow, "pd"), said.format(count=compared, difference=difference)
    for step in report["lineage"]["steps"]:
        yield _way(step["from"], arrow, step["to"]), _step(step)
    if targets := report["lineage"]["targets"]:
        names = [step["to"] for step in report["lineage"]["steps"] if step["to"] != "lite"]
        yield " = ".join(names), _targets(targets)


def _way(source: str, arrow: str, target: str) -> str:
    return f"{source} {arrow} {target}"


def _step(step: Mapping[str, Any]) -> str:
    said = _("{same} of {total} tensors identical").format(same=step["same"], total=step["tensors"])
    if not step["derived"]:
        return said
    rules = ", ".join(f"{translated(name)} {count}" for name, count in step["by"].items())
    derived = _("{count} derived: {rules}").format(count=step["derived"], rules=rules)
    return f"{said}; {derived}"


def _targets(targets: Mapping[str, Any]) -> str:
    different = len(targets["different"])
    if not different:
        return _("all {count} tensors are the same").format(count=targets["tensors"])
    said = ngettext(
        "{count} of {total} tensors differs", "{count} of {total} tensors differ", different
    )
    return said.format(count=different, total=targets["tensors"])


def _canary(report: Report) -> Iterator[Fact]:
    canary = report["canary"]
    for item in canary["models"]:
        said = _(
            "reads as {reference} on {own} of {images} images, and as {stock} on {theirs}"
        ).format(
            reference=item["reference"],
            own=f"{item['as_reference']:.1%}",
            images=canary["images"],
            stock=canary["stock"],
            theirs=f"{item['as_stock']:.1%}",
        )
        yield str(item["model"]), said


def _fingerprints(report: Report) -> Iterator[Fact]:
    for name, digest in report["lineage"]["fingerprints"].items():
        yield str(name), str(digest)
