"""Where the weights of each model come from, as a report tells it: sections of names and sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from stages.contract import DocumentError, ExportMetrics, Metrics, Step, Targets, TrainMetrics
from stages.contract.artifacts import CHECKPOINT_MODEL, LITE_MODEL, PD_MODEL, PIR_MODEL
from tui.language import _, ngettext, translated

if TYPE_CHECKING:
    from pipeline.report.model import Report

Fact = tuple[str, str]
_Kind = TypeVar("_Kind", bound=Metrics)


@dataclass(frozen=True)
class Part:
    """A heading, and below it names with what is known of each."""

    title: str
    facts: tuple[Fact, ...]


def lineage_of(report: Report, arrow: str) -> tuple[Part, ...]:
    """Return what a report says of its weights; a part of which it says nothing is left out.

    Args:
        report: of a run.
        arrow: what stands between a model and the one that was made from it.
    """
    parts = (
        Part(_("What training changed"), tuple(_learned(report))),
        Part(_("From model to model"), tuple(_steps(report, arrow))),
        Part(_("Held against the official model"), tuple(_canary(report))),
        Part(_("Fingerprint of all tensors (SHA-256)"), tuple(_fingerprints(report))),
    )
    return tuple(part for part in parts if part.facts)


def _metrics(report: Report, stage: str, kind: type[_Kind]) -> _Kind | None:
    """Return a stage's metrics; None if it did not run, or is of another version."""
    found = report.stages.get(stage)
    try:
        return kind.from_json(found.metrics) if found else None
    except DocumentError:
        return None


def _learned(report: Report) -> Iterator[Fact]:
    metrics = _metrics(report, "train", TrainMetrics)
    if metrics is None or not metrics.learned:
        return
    for part, count in metrics.learned.items():
        total = (metrics.parameters or {}).get(part, count)
        said = _("{count} of {total} tensors differ from the starting weights")
        yield part, said.format(count=count, total=total)


def _steps(report: Report, arrow: str) -> Iterator[Fact]:
    export = _metrics(report, "export", ExportMetrics)
    if export is not None:
        count, difference = export.parameters_compared, f"{export.max_difference:g}"
        if images := export.images_compared:
            said = _(
                "all {count} parameters taken over; on {images} images {difference} apart at most"
            )
            values = said.format(count=count, images=images, difference=difference)
            yield _way(PIR_MODEL, arrow, PD_MODEL), values
        else:
            said = _("all {count} parameters compared; largest difference {difference}")
            values = said.format(count=count, difference=difference)
            yield _way(CHECKPOINT_MODEL, arrow, PD_MODEL), values
    if report.lineage is None:
        return
    for step in report.lineage.steps:
        yield _way(step.from_, arrow, step.to), _step(step)
    if targets := report.lineage.targets:
        names = [step.to for step in report.lineage.steps if step.to != LITE_MODEL]
        yield " = ".join(names), _targets(targets)


def _way(source: str, arrow: str, target: str) -> str:
    return f"{source} {arrow} {target}"


def _step(step: Step) -> str:
    said = _("{same} of {total} tensors identical").format(same=step.same, total=step.tensors)
    if not step.derived:
        return said
    rules = ", ".join(f"{translated(name)} {count}" for name, count in step.by.items())
    derived = _("{count} derived: {rules}").format(count=step.derived, rules=rules)
    return f"{said}; {derived}"


def _targets(targets: Targets) -> str:
    different = len(targets.different)
    if not different:
        return _("all {count} tensors are the same").format(count=targets.tensors)
    said = ngettext(
        "{count} of {total} tensors differs", "{count} of {total} tensors differ", different
    )
    return said.format(count=different, total=targets.tensors)


def _canary(report: Report) -> Iterator[Fact]:
    canary = report.canary
    if canary is None:
        return
    for item in canary.models:
        said = _(
            "reads as {reference} on {own} of {images} images, and as {stock} on {theirs}"
        ).format(
            reference=item.reference,
            own=f"{item.as_reference:.1%}",
            images=canary.images,
            stock=canary.stock,
            theirs=f"{item.as_stock:.1%}",
        )
        yield item.model, said


def _fingerprints(report: Report) -> Iterator[Fact]:
    if report.lineage is not None:
        yield from report.lineage.fingerprints.items()
