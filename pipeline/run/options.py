"""What a run is asked for, how it is told to stop, and what it comes to: no runner is needed to say it."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.errors import IntegrityFailed, Interrupted
from pipeline.plan.stages import STAGES
from pipeline.record.verdict import Judgement
from stages.contract import Exit


@dataclass(frozen=True)
class Options:
    """What the command line asks for."""

    first: str = STAGES[0]
    last: str = STAGES[-1]
    forced: frozenset[str] = frozenset()
    dry_run: bool = False
    locked: bool = False


@dataclass(frozen=True)
class Outcome:
    """Exit code of a run, how its models were judged, and what a guard refused it for."""

    code: Exit
    judged: Judgement | None = None
    refusal: IntegrityFailed | None = None


class StopSwitch:
    """Set by a signal handler, polled by whatever can be stopped."""

    def __init__(self) -> None:
        self._orders: list[Exit] = []

    @property
    def code(self) -> Exit | None:
        """Exit code of a run that was stopped; of several orders the person's, for handlers may overtake."""
        if Exit.INTERRUPTED in self._orders:
            return Exit.INTERRUPTED
        return min(self._orders, default=None)

    def order(self, code: Exit) -> None:
        """Ask for a stop; a second time means at once."""
        self._orders.append(code)

    def __call__(self) -> int:
        """Return how often a stop was asked for."""
        return len(self._orders)

    def check(self) -> None:
        """Raise :class:`Interrupted` if a signal arrived."""
        if self.code is not None:
            raise Interrupted(self.code)
