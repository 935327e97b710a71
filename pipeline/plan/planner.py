"""What a run would do with each stage, and why. No Docker here: only keys, and the ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.plan.changes import changed_components
from pipeline.plan.inputs import FromProject, FromStage
from pipeline.plan.surroundings import Surroundings
from pipeline.plan.wiring import Wire
from pipeline.record.ledger import Components, Entry, Ledger
from stages.contract import Result
from stages.message import joined, msg

Action = Literal["cached", "run", "wait", "skip"]
#: The reason of a stage that ``--force`` names.
FORCED = "forced"
#: The reason of a stage that ran last with a version of Paddock that named images by their IDs.
BY_ID = msg("results are now named by what is in their image, no longer by its ID")


@dataclass(frozen=True)
class Step:
    """What happens to a stage. ``components`` is None while an input is not made yet.

    ``judged_anew``: nothing runs, and a limit of the verdict is another one.
    """

    wire: Wire
    action: Action
    reason: str
    components: Components | None = None
    entry: Entry | None = None
    judged_anew: bool = False

    @property
    def stage(self) -> str:
        """The stage's name."""
        return self.wire.stage


@dataclass(frozen=True)
class Planner:
    """Decides stage by stage, from what is known about the stages before it.

    Args:
        ledger: what was made before.
        workspace: which volumes hold it.
        wires: the project's stages in their order.
        images: of the stages that are not skipped, as keys name them.
        surroundings: of this run.
        forced: stages whose results do not count.
    """

    ledger: Ledger
    workspace: str
    wires: tuple[Wire, ...]
    images: Mapping[str, str]
    surroundings: Surroundings
    forced: frozenset[str] = frozenset()

    def plan(self) -> tuple[Step, ...]:
        """Decide for all stages without running any; what waits is settled when its inputs are made."""
        results: dict[str, Result] = {}
        steps = []
        for wire in self.wires:
            step = self._decide(wire, results)
            if step.entry:
                results[wire.stage] = step.entry.result
            steps.append(step)
        return tuple(steps)

    def settle(self, step: Step, results: Mapping[str, Result]) -> Step:
        """Return the step, decided now if it waited for the ``results`` of stages before it."""
        return self._decide(step.wire, results) if step.action == "wait" else step

    def _decide(self, wire: Wire, results: Mapping[str, Result]) -> Step:
        """Decide for one stage, given the ``results`` of those before it."""
        if wire.skipped:
            return Step(wire, "skip", wire.skipped)
        waits_for = sorted(
            {
                source.stage
                for source in wire.inputs.values()
                if isinstance(source, FromStage) and source.stage not in results
            }
        )
        if waits_for:
            return Step(wire, "wait", msg("after {stages}", joined(", ", waits_for)))
        components = self._components(
            wire, lambda source: results[source.stage].artifact(source.artifact).sha256
        )
        if wire.stage in self.forced:
            return Step(wire, "run", FORCED, components)
        entry = self.ledger.find(components.key, self.workspace)
        if entry:
            return Step(wire, "cached", msg("made in {run}", entry.run), components, entry)
        return Step(wire, "run", self._why(components), components)

    def origins(self, steps: Sequence[Step]) -> dict[str, Components]:
        """Return what each stage of a plan is made from, also those that wait.

        An input that is not made yet is named by the key of what it will be made from. So two stages with
        equal keys will come to the same result, and have the same key when their inputs are there.
        """
        made = {step.stage: step.entry.result for step in steps if step.entry}
        found: dict[str, Components] = {}

        def digest(source: FromStage) -> str:
            if source.stage in made:
                return made[source.stage].artifact(source.artifact).sha256
            return f"{found[source.stage].key}/{source.artifact}"

        for step in steps:
            if step.action != "skip":
                found[step.stage] = step.components or self._components(step.wire, digest)
        return found

    def _components(self, wire: Wire, digest: Callable[[FromStage], str]) -> Components:
        inputs = {
            name: source.as_input(name).sha256
            if isinstance(source, FromProject)
            else digest(source)
            for name, source in sorted(wire.inputs.items())
        }
        deciding = self.surroundings.deciding(wire.stage, wire.decided_by)
        return Components(
            wire.stage, self.images[wire.stage], {**wire.parameters, **deciding}, inputs
        )

    def _why(self, now: Components) -> str:
        before = self.ledger.last(now.stage)
        if before is None:
            return msg("never run")
        if before.components.names_image_by_id:
            return BY_ID
        changes = changed_components(before.components, now)
        if changes:
            return joined("; ", changes)
        if self.ledger.was_discarded(now.key, self.workspace):
            return msg("its result was cleaned away")
        return msg("the workspace volume is another one")
