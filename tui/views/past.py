"""What earlier runs left of each stage: to show with a cached one, and to hold a running one against."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field

from pipeline.record.ledger import Entry
from stages.contract import ArtifactMade
from tui.views.run import RunView, StageView


@dataclass(frozen=True)
class Past:
    """By stage. ``made``: a cached one, when it was made; ``last``: when it last ran to its end before."""

    made: Mapping[str, StageView] = field(default_factory=dict)
    last: Mapping[str, StageView] = field(default_factory=dict)

    def with_record(self, stage: StageView) -> StageView:
        """Return the stage; if it is cached, with what was recorded when it was made."""
        record = self.made.get(stage.name)
        return record.as_cached(stage) if stage.state == "cached" and record else stage


#: A run, and in which one each of its cached stages was made.
Wanted = tuple[str, tuple[tuple[str, str], ...]]


def wanted_of(view: RunView) -> Wanted:
    """Return what :func:`read_past` needs to know of a run."""
    cached = ((it.name, it.made_in) for it in view.stages.values() if it.state == "cached")
    return view.name, tuple(cached)


def read_past(
    wanted: Wanted, entries: Iterable[Entry], view_of_run: Callable[[str], RunView | None]
) -> Past:
    """Look through the ledger, and through the records of the runs that it names.

    Args:
        wanted: of the run that is shown; without a name all runs are earlier ones.
        entries: of the ledger, the oldest first.
        view_of_run: returns a run's record, or None if it is gone.
    """
    run, cached = wanted
    made_in = dict(cached)
    made: dict[str, StageView] = {}
    last: dict[str, StageView] = {}
    found: dict[str, Entry] = {}
    for entry in entries:
        stage = entry.components.stage
        if made_in.get(stage) == entry.run:
            made[stage] = _stage_of(entry, view_of_run(entry.run))
        if not run or entry.run < run:
            found[stage] = entry
    for stage, entry in found.items():
        last[stage] = _stage_of(entry, view_of_run(entry.run))
    return Past(made, last)


def _stage_of(entry: Entry, view: RunView | None) -> StageView:
    """Return what the run recorded of the stage; what the ledger says of it if that is gone."""
    result = entry.result
    recorded = view.stages.get(result.stage) if view else None
    if recorded is not None and recorded.state == "done":
        return recorded
    return StageView(
        result.stage,
        state="done",
        key=result.key,
        seconds=result.seconds,
        results=result.metrics,
        artifacts=[ArtifactMade(**asdict(item)) for item in result.artifacts],
    )
