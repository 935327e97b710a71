"""What screens need of a report before there is one: its words, without the model and its pydantic."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal

from stages.message import msg

SCHEMA_VERSION: Literal[3] = 3
REPORT_FILE = "report.json"


class Outcome(str, Enum):
    """What a guard came to."""

    PASSED = msg("passed")
    FAILED = msg("failed")
    #: There is something to look at, and nobody could, or the project does not ask for it.
    NOT_CHECKED = msg("not checked")
    #: There is nothing to look at: the run has no such step, or the task no such thing.
    NOT_APPLICABLE = msg("does not apply")
    #: The run ended before. No report has it, for such a run makes none.
    NOT_REACHED = msg("not reached")
    #: It cannot fail: the stage would have ended before, with exit code 5 or 3, and left no report.
    ENFORCED = msg("enforced")


class Effect(str, Enum):
    """What it means for the verdict that a guard failed."""

    #: The run fails by this guard, whatever else is wrong.
    REFUSES = "refuses"
    #: The run fails; by this guard if the limits of the verdict say nothing of it.
    FAILS = "fails"
    #: A pass has a warning.
    WARNS = "warns"


@dataclass(frozen=True)
class GuardEntry:
    """A guard and what its check found."""

    id: str
    """never changes"""
    title: str
    """what is so if it passed"""
    outcome: Outcome
    """enforced: it cannot fail, because a stage would have ended"""
    effect: Effect
    """what it means for the verdict if it failed"""
    found: str
    """what the check saw; of one that is not checked or does not apply, why"""
    where: str = ""
    remedy: str = ""
    protects: str = ""
    """what goes wrong where nobody checks"""
    pitfalls: tuple[str, ...] = ()
    """the entries of docs/pitfalls.md that it watches for"""
    stage: str = ""
    """the stage whose work it looks at; missing where that is the whole run"""

    @property
    def is_warning(self) -> bool:
        """Whether it failed, and a pass is a pass all the same."""
        return self.outcome is Outcome.FAILED and self.effect is Effect.WARNS


class ReportError(Exception):
    """A file is no report that can be read; the message says why."""


class EarlierReportError(ReportError):
    """The report is of an earlier version of Paddock; ``run`` made it."""

    def __init__(self, run: str) -> None:
        super().__init__(msg("the report was made by an earlier version of Paddock"))
        self.run = run
