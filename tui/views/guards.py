"""The guards as a list is drawn from them: what has to be looked at first, then by the stage."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pipeline.plan.stages import STAGES
from pipeline.record.verdict import Verdict
from pipeline.report.words import Effect, GuardEntry, Outcome
from stages.contract import Exit
from tui.views.record import Record
from tui.views.run import RunView

Kind = Literal[
    "failed", "warning", "not checked", "not reached", "passed", "enforced", "does not apply"
]
Choice = Literal["all", "failed", "not checked"]

#: In the order of the list.
KINDS: tuple[Kind, ...] = (
    "failed", "warning", "not checked", "not reached", "passed", "enforced", "does not apply",
)  # fmt: skip
_KINDS: dict[Outcome, Kind] = {
    Outcome.FAILED: "failed",
    Outcome.NOT_CHECKED: "not checked",
    Outcome.NOT_REACHED: "not reached",
    Outcome.PASSED: "passed",
    Outcome.ENFORCED: "enforced",
    Outcome.NOT_APPLICABLE: "does not apply",
}
#: What each choice leaves in the list; the next choice is the one below.
CHOICES: dict[Choice, tuple[Kind, ...]] = {
    "all": KINDS,
    "failed": ("failed", "warning"),
    "not checked": ("not checked", "not reached"),
}
#: The row of a guard that ended the run before there was a report.
STOPPED = "run-stopped"


def kind_of(guard: GuardEntry) -> Kind:
    """Return what a guard came to, as the list says it."""
    return "warning" if guard.is_warning else _KINDS[guard.outcome]


def has_no_report(record: Record, view: RunView, *, goes_on: bool) -> bool:
    """Return whether the run that is shown ended, or broke off, before its models were compared."""
    judged = view.finished.judgement if view.finished else None
    return bool(view.name) and not record.is_own and not goes_on and judged is None


def guards_of(record: Record, view: RunView, *, goes_on: bool) -> tuple[GuardEntry, ...]:
    """Return the guards in the order of the list; what stopped the run stands first, if a guard did.

    Of a run without a report, none of an earlier run's is shown: all its guards were not reached.
    """
    report, failure = record.report, view.failure
    found = list(report.guards if report else ())
    if has_no_report(record, view, goes_on=goes_on):
        found = list(record.unreached)
    refused = record.is_own and report is not None and report.verdict is Verdict.GUARD
    if failure and failure.code == Exit.INTEGRITY and not refused:
        stopped = GuardEntry(
            id=STOPPED,
            title="a guard stopped the run",
            outcome=Outcome.FAILED,
            effect=Effect.REFUSES,
            found=failure.message,
            where=failure.where,
            remedy=failure.remedy,
            pitfalls=(failure.pitfall,) if failure.pitfall else (),
        )
        found.insert(0, stopped)
    return tuple(sorted(found, key=_place))


def chosen(guards: Iterable[GuardEntry], choice: Choice) -> tuple[GuardEntry, ...]:
    """Return the guards that a choice leaves in the list."""
    return tuple(guard for guard in guards if kind_of(guard) in CHOICES[choice])


def next_choice(guards: Iterable[GuardEntry], now: Choice) -> Choice:
    """Return the choice after this one; one that leaves nothing is passed over."""
    order, held = list(CHOICES), tuple(guards)
    after = [*order[order.index(now) + 1 :], *order]
    return next((choice for choice in after if chosen(held, choice)), "all")


def _place(guard: GuardEntry) -> tuple[int, int]:
    stage = STAGES.index(guard.stage) if guard.stage in STAGES else -1
    return KINDS.index(kind_of(guard)), stage
