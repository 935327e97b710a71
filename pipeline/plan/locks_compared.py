"""Two locks of one project, from two machines or days: the same bytes, or the first stage with other ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.plan.changes import changed_components
from pipeline.plan.lockfile import locked_components
from pipeline.plan.stages import STAGES
from stages.contract.artifacts import CONFIGURATION, EVIDENCE

#: They name folders of results, by keys that have the images' identities in them: with other images they are
#: other bytes, whatever was trained.
_NAMING = frozenset({CONFIGURATION, EVIDENCE})


@dataclass(frozen=True)
class StageCompared:
    """One stage in both locks.

    Args:
        stage: its name.
        files: how many files both locks name together, without those that name folders of results.
        differing: the names of those that only one lock has, or that have another hash.
        changes: what differs in image, parameters and inputs, in words; None if a lock lacks the stage, or
            its files.
    """

    stage: str
    files: int
    differing: tuple[str, ...]
    changes: tuple[str, ...] | None

    @property
    def same(self) -> bool:
        """Whether the stage made the same bytes."""
        return not self.differing and self.changes is not None


def compare_locks(
    before: Mapping[str, Mapping[str, Any]], now: Mapping[str, Mapping[str, Any]]
) -> list[StageCompared]:
    """Compare what the stages of two locks made, in their order in a run.

    Images and parameters explain a difference and are none: what counts is what came out.
    """
    stages = [stage for stage in STAGES if stage in before or stage in now]
    return [_compare(stage, before.get(stage), now.get(stage)) for stage in stages]


def _compare(
    stage: str, before: Mapping[str, Any] | None, now: Mapping[str, Any] | None
) -> StageCompared:
    old, new = ((entry or {}).get("artifacts", {}) for entry in (before, now))
    names = sorted((old.keys() | new.keys()) - _NAMING)
    differing = tuple(name for name in names if old.get(name) != new.get(name))
    changes = None
    if before and now and old and new:
        pair = (locked_components(stage, before), locked_components(stage, now))
        changes = tuple(changed_components(*pair))
    return StageCompared(stage, len(names), differing, changes)
