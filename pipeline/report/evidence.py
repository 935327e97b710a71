"""What a run leaves for its guards to look at, and what one of them finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pipeline.project.schema import Settings
from pipeline.report.metrics import Model, is_measured, task_of
from stages.contract import Result

Outcome = Literal["passed", "failed", "not checked"]


@dataclass(frozen=True)
class Evidence:
    """What a run leaves for its guards to look at.

    Args:
        settings: the project file's.
        results: what the stages left, by stage.
        parity: the verify stage's ``parity.json``.
        locked: whether every stage was held to ``paddock.lock``.
        proof: the verify stage's ``evidence.json``.
        lineage: the convert stage's ``lineage.json``.
    """

    settings: Settings
    results: Mapping[str, Result]
    parity: Mapping[str, Any]
    locked: bool = False
    proof: Mapping[str, Any] = field(default_factory=dict)
    lineage: Mapping[str, Any] = field(default_factory=dict)

    @property
    def task(self) -> str:
        """What the models are for."""
        return task_of(self.parity)

    @property
    def measured(self) -> Sequence[Model]:
        """The models that have numbers."""
        return [model for model in self.parity["models"] if is_measured(model)]

    @property
    def buffers(self) -> Sequence[Model]:
        """The NB models that have numbers."""
        return [model for model in self.measured if model["name"].startswith("nb-")]

    def metric(self, stage: str, name: str) -> Any:
        """Return a metric of a stage, or None if the run has no such thing."""
        result = self.results.get(stage)
        return result.metrics.get(name) if result else None


@dataclass(frozen=True)
class Finding:
    """What a check came to, in a sentence, where it looked, and what to do about it."""

    outcome: Outcome
    found: str
    where: str = ""
    remedy: str = ""
