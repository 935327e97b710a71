"""Two runs of a project beside each other: what went in differently, and what came out differently."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from pipeline.plan.changes import changed_components
from pipeline.plan.stages import STAGES
from pipeline.record.events import StageCached, StageStarted
from pipeline.record.follow import read_events
from pipeline.record.ledger import Entry
from pipeline.record.runs import Ending, RunFolder, RunSummary, summarise
from pipeline.record.verdict import Asked, Limit
from pipeline.report.metrics import RATIO, metrics_of
from pipeline.report.model import Model, Report, read_report
from pipeline.report.verdict import score_of
from pipeline.tasks import NONE, TASKS
from pipeline.tasks.metric import DIFFERENCE
from stages.contract.artifacts import PD_MODEL

if TYPE_CHECKING:
    from pipeline.report.metrics import ReportMetric

#: How a number went: better, worse, the same, or just another one (a hash, or a busy machine's speed).
Trend = Literal["better", "worse", "same", "other"]
#: ``unknown``: the ledger has no entry to compare. ``absent``: not in one of the runs.
Origin = Literal["same", "changed", "unknown", "absent"]

#: What varies each time that it is measured does so by this fraction without meaning anything.
NOISE = 0.25
#: A difference to PD of less than this fraction of its limit is one of rounding.
FAR_UNDER = 0.1


@dataclass(frozen=True)
class Side:
    """One of the two runs. ``entries`` has a stage's result as the ledger holds it, if it does."""

    run: str
    summary: RunSummary
    entries: Mapping[str, Entry] = field(default_factory=dict)
    report: Report | None = None


@dataclass(frozen=True)
class Measure:
    """A metric of the parity table, as both reports show it."""

    metric: ReportMetric
    before: str
    now: str
    trend: Trend


@dataclass(frozen=True)
class ModelPair:
    """A model of both reports, or of only one of them (``only`` is ``before`` or ``now``)."""

    name: str
    measures: tuple[Measure, ...] = ()
    only: Literal["", "before", "now"] = ""


@dataclass(frozen=True)
class LimitPair:
    """A limit of ``[verify]`` that is another one now; ``broken`` has what it does not allow now."""

    before: Limit
    now: Limit
    broken: tuple[Limit, ...] = ()


@dataclass(frozen=True)
class StagePair:
    """A stage in both runs.

    ``changes`` names what went in differently, ``files`` the artifacts with another SHA-256, and
    ``environment`` (name, before, now) the versions. Inputs that differ because a stage before made
    others are no changes of its own: ``follows`` names these stages. Seconds are those of where the
    result was made.
    """

    stage: str
    before: Ending | None
    now: Ending | None
    origin: Origin
    changes: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    environment: tuple[tuple[str, str, str], ...] = ()
    seconds: tuple[float | None, float | None] = (None, None)


@dataclass(frozen=True)
class Comparison:
    """Two runs; ``before`` is the reference. ``reports`` has which of them (before, now) has one."""

    before: Side
    now: Side
    stages: tuple[StagePair, ...]
    models: tuple[ModelPair, ...]
    limits: tuple[LimitPair, ...] = ()

    @property
    def lacking(self) -> tuple[Side, ...]:
        """The runs without a report."""
        return tuple(side for side in (self.before, self.now) if side.report is None)


def read_side(run: RunFolder, entries: Iterable[Entry]) -> Side:
    """Read a run's record; ``entries`` is the project's ledger."""
    made = {(entry.key, entry.run): entry for entry in entries}
    by_key = {key: entry for (key, _run), entry in made.items()}
    found = {
        stage: entry
        for stage, (key, origin) in _keys(run).items()
        if (entry := made.get((key, origin)) or by_key.get(key))
    }
    return Side(run.name, summarise(run), found, read_report(run))


def shipped_score(report: Report) -> float | None:
    """Return the score that stands for the run: that of what ships, else of what it was made from."""
    measured = (model for model in report.models if model.is_measured)
    order = sorted(measured, key=lambda model: (not model.is_nb, model.name != PD_MODEL))
    return score_of(order[0], TASKS[report.task]) if order else None


def compare(before: Side, now: Side) -> Comparison:
    """Compare two runs; nothing that only one of them has is left out."""
    stages = [_stage(name, before, now) for name in STAGES]
    pairs = tuple(pair for pair in stages if pair.before or pair.now)
    limits = tuple(_limits(before.report, now.report))
    return Comparison(before, now, pairs, _models(before.report, now.report), limits)


def _limits(before: Report | None, now: Report | None) -> Iterator[LimitPair]:
    """Give the limits that differ; of reports that name none nothing can be said."""
    old, new = ({it.key: it for it in side.limits} if side else {} for side in (before, now))
    for key in (key for key in old if key in new):
        if old[key].limit != new[key].limit:
            held = now.limits if now else ()
            broken = tuple(it for it in held if it.key == key and not it.kept)
            yield LimitPair(old[key], new[key], broken)


def _keys(run: RunFolder) -> dict[str, tuple[str, str]]:
    """Return each stage's key, and the run in which its result was made."""
    keys: dict[str, tuple[str, str]] = {}
    for envelope in read_events(run.events):
        match envelope.event:
            case StageStarted() as event:
                keys[envelope.stage] = (event.key, run.name)
            case StageCached() as event:
                keys[envelope.stage] = (event.key, event.made_in)
    return keys


def _stage(name: str, before: Side, now: Side) -> StagePair:
    endings = before.summary.stages.get(name), now.summary.stages.get(name)
    old, new = before.entries.get(name), now.entries.get(name)
    seconds = (old.result.seconds if old else None, new.result.seconds if new else None)
    if None in endings:
        return StagePair(name, *endings, "absent", seconds=seconds)
    if old is None or new is None:
        both_skipped = endings == ("skipped", "skipped")
        return StagePair(name, *endings, "same" if both_skipped else "unknown", seconds=seconds)
    follows = _follows(old, new, now)
    inputs = {
        name: old.components.inputs.get(name, sha256) if name in follows else sha256
        for name, sha256 in new.components.inputs.items()
    }
    changes = changed_components(old.components, replace(new.components, inputs=inputs))
    return StagePair(
        name,
        *endings,
        "changed" if changes or follows else "same",
        tuple(changes),
        tuple(stage for stage in STAGES if stage in follows.values()),
        _other_files(old, new),
        _differences(old.result.environment, new.result.environment),
        seconds,
    )


def _follows(old: Entry, new: Entry, now: Side) -> dict[str, str]:
    """Return the inputs that differ because a stage made another file: by name, the stage."""
    makers = {
        artifact.sha256: stage
        for stage, entry in now.entries.items()
        for artifact in entry.result.artifacts
    }
    return {
        name: makers[sha256]
        for name, sha256 in new.components.inputs.items()
        if sha256 in makers and old.components.inputs.get(name, sha256) != sha256
    }


def _other_files(old: Entry, new: Entry) -> tuple[str, ...]:
    before = {item.path: item.sha256 for item in old.result.artifacts}
    now = {item.path: item.sha256 for item in new.result.artifacts}
    return tuple(name for name, _old, _new in _differences(before, now))


def _differences(
    before: Mapping[str, str], now: Mapping[str, str]
) -> tuple[tuple[str, str, str], ...]:
    names = sorted(before.keys() | now.keys())
    pairs = ((name, before.get(name, NONE), now.get(name, NONE)) for name in names)
    return tuple(pair for pair in pairs if pair[1] != pair[2])


def _models(before: Report | None, now: Report | None) -> tuple[ModelPair, ...]:
    if before is None or now is None:
        return ()
    old, new = _by_name(before.models), _by_name(now.models)
    names = [*old, *(name for name in new if name not in old)]
    return tuple(_model(name, old.get(name), new.get(name), (before, now)) for name in names)


def _by_name(models: Sequence[Model]) -> dict[str, Model]:
    return {model.name: model for model in models}


def _model(
    name: str, old: Model | None, new: Model | None, reports: tuple[Report, Report]
) -> ModelPair:
    if old is None or new is None:
        return ModelPair(name, only="now" if old is None else "before")
    measures = []
    for metric in _metrics(reports):
        before, now = _cell(metric, old, reports[0]), _cell(metric, new, reports[1])
        if (before, now) != (NONE, NONE):
            trend = _trend(metric, before, now, _rounding(reports))
            measures.append(Measure(metric, before, now, trend))
    return ModelPair(name, tuple(measures))


def _metrics(reports: tuple[Report, Report]) -> tuple[ReportMetric, ...]:
    """Return the metrics of both reports, each once: those of two tasks have some in common."""
    return tuple(dict.fromkeys(metric for report in reports for metric in metrics_of(report)))


def _cell(metric: ReportMetric, model: Model, report: Report) -> str:
    """Return the cell; :data:`NONE` where the report's task has no such metric."""
    if metric not in metrics_of(report) or (metric.measured and not model.is_measured):
        return NONE
    return metric.cell(model, report)


def _rounding(reports: tuple[Report, Report]) -> float:
    """Return up to where differences to PD mean nothing: far under the limits of both reports."""
    limits = [
        it.limit for report in reports for it in report.limits if it.asked is Asked.MAX_ABS_DIFF
    ]
    return FAR_UNDER * min(filter(None, limits), default=0.0)


def _trend(metric: ReportMetric, before: str, now: str, rounding: float) -> Trend:
    """Say how the number went, at the precision at which it is shown.

    How fast a model is hangs on what else the machine does: only its multiple of PD's time is judged.
    """
    if before == now:
        return "same"
    old, new = _number(before), _number(now)
    if not metric.better or old is None or new is None:
        return "other"
    if metric.varies and abs(new - old) <= NOISE * abs(old):
        return "same"
    if metric is DIFFERENCE and max(old, new) <= rounding:
        return "same"
    if metric.varies and metric is not RATIO:
        return "other"
    return "better" if (new > old) == (metric.better == "higher") else "worse"


def _number(cell: str) -> float | None:
    try:
        return float(cell.rstrip("%"))
    except ValueError:
        return None
