"""The limits that a project sets: held against what was measured, now and when they changed since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pydantic import BaseModel, ConfigDict

from pipeline.project import Project, Settings
from pipeline.record.ledger import Ledger
from pipeline.record.runs import run_folder
from pipeline.record.verdict import Asked, Limit
from stages.contract.variant import is_lossy
from stages.message import joined, msg


def held_against(measured: Limit, settings: Settings) -> Limit:
    """Hold a number that was measured against the limit that the project sets to it now."""
    table = settings.quantize if is_lossy(measured.model) else settings.verify
    limit: float | None = getattr(table, measured.asked.value, None)
    return replace(measured, limit=limit, kept=_keeps(measured, limit))


def _keeps(measured: Limit, limit: float | None) -> bool:
    if limit is None:
        return measured.number > 0
    if measured.asked is Asked.MIN_ACCURACY and limit == 0:
        return True  # whatever was measured
    return measured.number >= limit if measured.asked.is_least else measured.number <= limit


class _Judged(BaseModel):
    """What is read of a report: a plan does not wait for the schema of all of it."""

    model_config = ConfigDict(extra="ignore", strict=True)

    limits: tuple[Limit, ...] = ()


def changed_limits(project: Project, ledger: Ledger, stage: str, key: str) -> Iterator[str]:
    """Give each limit that is not the one by which a result was judged last, and what is beyond it.

    Args:
        project: whose limits would count now.
        ledger: where it says which run judged what.
        stage: that measured.
        key: of its result.
    """
    judged = _judged_last(project, ledger, stage, key)
    now = [held_against(it, project.settings) for it in judged]
    held = {before.key: (before, limit) for before, limit in zip(judged, now, strict=True)}
    for before, limit in held.values():
        if before.limit != limit.limit:
            change = msg("{name} {old} → {new}", limit.name, _said(before), _said(limit))
            broken = (it.sentence for it in now if it.key == limit.key and not it.kept)
            yield joined(", ", [change, *broken])


def _judged_last(project: Project, ledger: Ledger, stage: str, key: str) -> tuple[Limit, ...]:
    """Return the limits of the latest report that stands on the result; none if it cannot be read."""
    for conclusion in reversed(ledger.conclusions):
        if conclusion.member == project.member and conclusion.stages.get(stage) == key:
            try:
                report = run_folder(project.state, conclusion.run).report
                return _Judged.model_validate_json(report.read_bytes()).limits if report else ()
            except (OSError, ValueError):  # pydantic's is one, and no run can be called that
                return ()
    return ()


def _said(limit: Limit) -> str:
    return msg("above 0") if limit.limit is None else f"{limit.limit:g}"
