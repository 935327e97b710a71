"""What a plan says beside what would run: that a verdict would be another one, though nothing runs."""

from __future__ import annotations

from dataclasses import replace

from pipeline.plan.planner import Step
from pipeline.run.prepare import Prepared
from stages.message import joined, msg


def foreseen(prepared: Prepared) -> tuple[Step, ...]:
    """Plan; where the models stay as measured and a limit is another one, say so, and what comes of it."""
    *before, last = prepared.planner.plan()
    ledger = prepared.planner.ledger
    if last.entry is None or not ledger.conclusions:
        return (*before, last)
    # Only a plan that finds all cached pays for reading a report.
    from pipeline.report.limits import changed_limits  # noqa: PLC0415

    key = last.entry.key
    changes = joined("; ", changed_limits(prepared.project, ledger, last.stage, key))
    if changes:
        reason = msg("the verdict is judged anew ({changes}); {reason}", changes, last.reason)
        last = replace(last, reason=reason, judged_anew=True)
    return (*before, last)
