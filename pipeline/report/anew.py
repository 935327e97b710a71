"""A verdict that would be another one, though what was measured stays: by which limits it changed."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.project import Project
from pipeline.record.ledger import Ledger
from pipeline.record.runs import run_folder
from pipeline.record.verdict import Limit
from pipeline.report.model import Report, read_report
from pipeline.report.verdict import limits_of
from pipeline.tasks import TASKS
from stages.message import joined, msg


def changed_limits(project: Project, ledger: Ledger, stage: str, key: str) -> Iterator[str]:
    """Give each limit that is not the one by which a result was judged last, and what is beyond it.

    Args:
        project: whose limits would count now.
        ledger: where it says which run judged what.
        stage: that measured.
        key: of its result.
    """
    report = _judged_last(project, ledger, stage, key)
    if report is None:
        return
    held = {it.key: it for it in report.limits}
    now = tuple(limits_of(report.models, TASKS[report.task], project.settings))
    for limit in {it.key: it for it in now}.values():
        before = held.get(limit.key)
        if before is None or before.limit == limit.limit:
            continue
        change = msg("{name} {old} → {new}", limit.name, _said(before), _said(limit))
        broken = (it.sentence for it in now if it.key == limit.key and not it.kept)
        yield joined(", ", [change, *broken])


def _judged_last(project: Project, ledger: Ledger, stage: str, key: str) -> Report | None:
    """Return the latest report that stands on the result."""
    for conclusion in reversed(ledger.conclusions):
        if conclusion.stages.get(stage) == key:
            try:
                return read_report(run_folder(project.state, conclusion.run))
            except ValueError:  # no run can be called that
                return None
    return None


def _said(limit: Limit) -> str:
    return msg("above 0") if limit.limit is None else f"{limit.limit:g}"
