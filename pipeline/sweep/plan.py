"""What a sweep would do: which stages of which member are cached, which are made, and which once for several.

A stage that waits for another has no key yet. What it will be made from is known all the same, as far as
its own settings go: two that wait for the same stages, and are told the same, have the same *origin* and so
will have the same key.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pipeline.plan.planner import Step
from pipeline.plan.stages import STAGES
from pipeline.project.members import Member
from pipeline.record.events import SweepPlanned
from pipeline.record.ledger import Components, Entry
from pipeline.run.prepare import Preparation, Prepared
from pipeline.sweep.past import Past

#: ``shared``: another member before it makes the same, or takes it from the cache.
Fate = Literal["cached", "make", "shared", "skip"]
#: The inputs and parameters of ``train`` that decide which features of a backbone it takes.
_INPUTS, _PARAMETERS = ("train", "val", "pretrained"), ("image_shape", "copies", "kernels")


@dataclass(frozen=True)
class PlannedStage:
    """A stage of one member.

    Args:
        stage: its name.
        fate: what happens to it.
        origin: of what it is made: of stages with equal ones only the first is made.
        member: who makes it, or takes it from the cache, first.
        seconds: how long it should take to make; None where no past run tells. 0 of what is not made.
        features: the group of those that take the same cached features; "" if it takes none.
    """

    stage: str
    fate: Fate
    origin: str
    member: str
    seconds: float | None = 0.0
    features: str = ""


@dataclass(frozen=True)
class PlannedMember:
    """A member, all that its run needs, and its stages."""

    member: Member
    prepared: Prepared
    stages: tuple[PlannedStage, ...]

    @property
    def name(self) -> str:
        """The member's name."""
        return self.member.name

    @property
    def seconds(self) -> float | None:
        """How long it should take; None where no past run tells of one of its stages."""
        each = [stage.seconds for stage in self.stages]
        known = [seconds for seconds in each if seconds is not None]
        return round(sum(known), 1) if len(known) == len(each) else None


@dataclass(frozen=True)
class SweepPlan:
    """All members, in the order in which they are run."""

    members: tuple[PlannedMember, ...]

    def count(self, fate: Fate) -> int:
        """Return how many stages of all members have this fate."""
        return sum(stage.fate == fate for stage in self._stages())

    @property
    def made(self) -> tuple[PlannedStage, ...]:
        """The stages that will be made, each once."""
        return tuple(stage for stage in self._stages() if stage.fate == "make")

    @property
    def unknown(self) -> tuple[str, ...]:
        """The stages that will be made and of which no past run tells how long they take."""
        return tuple(dict.fromkeys(it.stage for it in self.made if it.seconds is None))

    def seconds(self, jobs: int) -> float:
        """Return how long it should take with so many members at once, without what is not known."""
        each = [sum(stage.seconds or 0.0 for stage in it.stages) for it in self.members]
        return max([sum(each) / jobs, *each])

    def told(self, jobs: int) -> SweepPlanned:
        """Return what a sweep says of its plan, with so many members at once."""
        seconds = {it.name: it.seconds for it in self.members if it.seconds is not None}
        settings = {it.name: _plain(it.member.settings) for it in self.members}
        return SweepPlanned(tuple(settings), jobs, settings, seconds)

    def sharing(self, stage: str) -> int:
        """Return how many members take a result of ``stage`` that another of them has as well."""
        return sum(size for size in self._groups("origin", stage) if size > 1)

    @property
    def sharing_features(self) -> int:
        """How many trainings take features that another one takes as well."""
        return sum(size for size in self._groups("features", "train") if size > 1)

    def _groups(self, what: Literal["origin", "features"], stage: str) -> Iterable[int]:
        sizes: dict[str, int] = {}
        for item in self._stages():
            if item.stage == stage and item.fate != "skip" and (group := getattr(item, what)):
                sizes[group] = sizes.get(group, 0) + 1
        return sizes.values()

    def _stages(self) -> Iterable[PlannedStage]:
        return (stage for member in self.members for stage in member.stages)


def plan_sweep(
    members: Sequence[Member],
    preparation: Preparation,
    forced: frozenset[str] = frozenset(),
    last: str = STAGES[-1],
) -> SweepPlan:
    """Plan all members; what they have in common is hashed, fetched and asked for once.

    Args:
        members: checked.
        preparation: of their folder.
        forced: stages to make again, each result of theirs once.
        last: the stage after which all are left out.

    Raises:
        PaddockError: as :meth:`Preparation.of`.
    """
    prepared = [preparation.of(member.project, forced) for member in members]
    if not prepared:
        return SweepPlan(())
    planner = prepared[0].planner
    past, held = Past(planner.ledger.entries), planner.ledger.held(planner.workspace)
    plan = _Plan(past, held, frozenset(STAGES[STAGES.index(last) + 1 :]))
    return SweepPlan(tuple(map(plan.add, members, prepared)))


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings as JSON has them: TOML's dates are texts there."""
    plain: dict[str, Any] = json.loads(json.dumps(dict(settings), default=str))
    return plain


class _Plan:
    """A plan that grows by a member at a time, and what is known of those before it."""

    def __init__(self, past: Past, held: Sequence[Entry], left_out: frozenset[str]) -> None:
        self._past, self._left_out = past, left_out
        self._features = {_features(entry.components) for entry in held}
        self._first: dict[str, str] = {}

    def add(self, member: Member, prepared: Prepared) -> PlannedMember:
        """Plan one more."""
        steps = prepared.planner.plan()
        origins = prepared.planner.origins(steps)
        stages = (self._stage(member.name, step, origins.get(step.stage)) for step in steps)
        return PlannedMember(member, prepared, tuple(stages))

    def _stage(self, member: str, step: Step, made_from: Components | None) -> PlannedStage:
        if made_from is None or step.stage in self._left_out:
            return PlannedStage(step.stage, "skip", "", member)
        origin, features = made_from.key, _features(made_from)
        first = self._first.setdefault(origin, member)
        if step.entry or first != member:
            fate: Fate = "cached" if step.entry else "shared"
            return PlannedStage(step.stage, fate, origin, first, 0.0, features)
        took = self._past.took(step.stage, made_from.parameters)
        seconds = took.seconds(has_features=features in self._features) if took else None
        self._features.add(features)
        return PlannedStage(step.stage, "make", origin, first, seconds, features)


def _features(made_from: Components) -> str:
    """Return what decides which features of a backbone a training takes; "" if it takes none."""
    if made_from.parameters.get("mode") != "frozen":
        return ""
    inputs, parameters = made_from.inputs, made_from.parameters
    deciding = [inputs.get(name) for name in _INPUTS], [parameters.get(it) for it in _PARAMETERS]
    return json.dumps([made_from.image, *deciding])
