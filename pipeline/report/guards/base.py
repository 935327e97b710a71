"""What a guard is, what it looks at, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from pipeline.project.schema import Settings
from pipeline.record.verdict import Asked, Limit
from pipeline.report.verdict import limits_of
from pipeline.report.words import Effect, GuardEntry, Outcome
from pipeline.tasks import TASKS
from stages.contract import (
    ConvertMetrics,
    DataMetrics,
    Evidence,
    ExportMetrics,
    Lineage,
    Metrics,
    ModelEntry,
    Parity,
    Result,
    TrainMetrics,
)
from stages.message import joined, msg
from stages.pitfalls import Pitfall

#: What makes the files again that a guard does not trust.
AGAIN = msg("make the files again: paddock --batch --force convert")
_Metrics = TypeVar("_Metrics", bound=Metrics)


@dataclass(frozen=True)
class Proof:
    """What a run leaves for its guards to look at.

    Args:
        settings: the project file's.
        results: what the stages left, by stage.
        parity: the verify stage's.
        evidence: the verify stage's.
        lineage: the convert stage's; None if the run converted nothing.
        locked: whether every stage was held to ``paddock.lock``.
    """

    settings: Settings
    results: dict[str, Result]
    parity: Parity
    evidence: Evidence
    lineage: Lineage | None = None
    locked: bool = False

    @property
    def measured(self) -> Sequence[ModelEntry]:
        """The models that have numbers."""
        return [model for model in self.parity.models if model.is_measured]

    def limits(self, asked: Asked) -> Sequence[Limit]:
        """Return what the verdict holds against one of its limits, model by model."""
        held = limits_of(self.parity.models, TASKS[self.parity.task], self.settings)
        return [limit for limit in held if limit.asked is asked]

    @cached_property
    def data(self) -> DataMetrics | None:
        """What ``data`` says; None if it did not run."""
        return self._metrics("data", DataMetrics)

    @cached_property
    def train(self) -> TrainMetrics | None:
        """What ``train`` says; None if it did not run."""
        return self._metrics("train", TrainMetrics)

    @cached_property
    def export(self) -> ExportMetrics | None:
        """What ``export`` says; None if it did not run."""
        return self._metrics("export", ExportMetrics)

    @cached_property
    def convert(self) -> ConvertMetrics | None:
        """What ``convert`` says; None if it did not run."""
        return self._metrics("convert", ConvertMetrics)

    def _metrics(self, stage: str, kind: type[_Metrics]) -> _Metrics | None:
        result = self.results.get(stage)
        return kind.from_json(result.metrics) if result else None


@dataclass(frozen=True)
class Finding:
    """What a check came to, in a sentence, where it looked, and what to do about it."""

    outcome: Outcome
    found: str
    where: str = ""
    remedy: str = ""


def passed(found: str, where: str = "") -> Finding:
    """Return that what was measured or compared is as it must be."""
    return Finding(Outcome.PASSED, found, where)


def enforced(found: str, where: str = "") -> Finding:
    """Return that it cannot be otherwise: a stage, or the run, would have ended without a report."""
    return Finding(Outcome.ENFORCED, found, where)


def failed(found: str, where: str = "", remedy: str = "") -> Finding:
    """Return that what was measured or compared is not as it must be."""
    return Finding(Outcome.FAILED, found, where, remedy)


def not_checked(why: str, where: str = "", remedy: str = "") -> Finding:
    """Return that nobody looked, at what could be looked at."""
    return Finding(Outcome.NOT_CHECKED, why, where, remedy)


def does_not_apply(why: str, where: str = "") -> Finding:
    """Return that there is nothing to look at in a run like this."""
    return Finding(Outcome.NOT_APPLICABLE, why, where)


def passed_if(condition: bool, found: str, where: str = "") -> Finding:
    """Return ``found`` as passed or failed."""
    return passed(found, where) if condition else failed(found, where)


@dataclass(frozen=True)
class Guard:
    """A check by its stable ID.

    Args:
        id: never changes.
        title: what is so if the guard passed.
        protects: what goes wrong where nobody checks.
        check: looks at what a run left.
        pitfalls: the entries of the catalogue that it watches for.
        stage: whose work it looks at; "" if that is the whole run.
        effect: what it means for the verdict if it failed.
        tasks: the tasks that it makes sense for.
    """

    id: str
    title: str
    protects: str
    check: Callable[[Proof], Finding] = field(repr=False)
    pitfalls: tuple[Pitfall, ...] = ()
    stage: str = ""
    effect: Effect = Effect.FAILS
    tasks: tuple[str, ...] = tuple(TASKS)

    def report(self, proof: Proof) -> GuardEntry:
        """Return the guard's entry of the report."""
        return self._entry(proof.parity.task, lambda: self.check(proof))

    def unreached(self, task: str) -> GuardEntry:
        """Return the guard's entry for a run that ended before it made a report."""
        return self._entry(
            task, lambda: Finding(Outcome.NOT_REACHED, msg("the run ended before it was checked"))
        )

    def _entry(self, task: str, check: Callable[[], Finding]) -> GuardEntry:
        name = TASKS[task].name
        found = check() if task in self.tasks else does_not_apply(msg("not for {task}", name))
        return GuardEntry(
            id=self.id,
            title=self.title,
            outcome=found.outcome,
            effect=self.effect,
            found=found.found,
            where=found.where,
            remedy=found.remedy,
            protects=self.protects,
            pitfalls=tuple(str(pitfall) for pitfall in self.pitfalls),
            stage=self.stage,
        )


def guard(
    name: str,
    title: str,
    protects: str,
    *pitfalls: Pitfall,
    stage: str = "",
    effect: Effect = Effect.FAILS,
    tasks: tuple[str, ...] = tuple(TASKS),
) -> Callable[[Callable[[Proof], Finding]], Guard]:
    """Make a :class:`Guard` of the check that stands below."""
    return lambda check: Guard(name, title, protects, check, pitfalls, stage, effect, tasks)


def names(models: Iterable[ModelEntry]) -> str:
    """Return the models' names in a row."""
    return ", ".join(model.name for model in models)


def said_of(models: Sequence[ModelEntry]) -> str:
    """Return what the models' entries say of them."""
    return joined("; ", (msg("{first}: {rest}", model.name, model.sentence) for model in models))
