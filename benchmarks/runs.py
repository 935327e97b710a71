"""What a pass over the stages took: Paddock's from its events and ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from clock import Timed

from pipeline.record.events import Envelope, StageFinished, StagePlanned
from pipeline.record.ledger import Entry, Ledger


@dataclass(frozen=True)
class Span:
    """A stage's wall time from outside, and what its own clock in the container says, in seconds."""

    wall: float
    inside: float

    @property
    def around(self) -> float:
        """What goes into starting, attending and ending the container."""
        return self.wall - self.inside


@dataclass(frozen=True)
class Measured:
    """One pass over all stages; ``rest`` is what the whole command took beside them, in seconds."""

    run: str
    rest: float
    stages: Mapping[str, Span]


def measured_by_paddock(done: Timed, folder: Path) -> Measured:
    """Read the output of ``paddock --batch --json`` on the project in ``folder``.

    A stage's wall time goes from the end of the one before (or of the planning) to its own end: to
    look whether its inputs are in the workspace already counts too.
    """
    events = [Envelope.decode(line) for line in done.stdout.splitlines()]
    run, inside = events[0].run, {}
    for entry in read_ledger(folder):
        if entry.run == run:
            inside[entry.components.stage] = entry.result.seconds
    stages: dict[str, Span] = {}
    before = events[0].time
    for event in events:
        if isinstance(event.event, StageFinished):
            stages[event.stage] = Span(_between(before, event.time), inside[event.stage])
        if isinstance(event.event, (StagePlanned, StageFinished)):
            before = event.time
    rest = done.seconds - sum(span.wall for span in stages.values())
    return Measured(run, rest, stages)


def read_ledger(folder: Path) -> list[Entry]:
    """Return the ledger of the project in ``folder``."""
    return list(Ledger(folder / ".paddock" / "ledger.jsonl").entries)


def _between(start: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()
