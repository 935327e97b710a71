"""What a sweep would do, in words: before it starts, on the screen and on the command line."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from pipeline.plan.stages import STAGES
from pipeline.text import human_seconds
from tui.appearance import symbol
from tui.language import N_, _, ngettext

if TYPE_CHECKING:
    from pipeline.sweep.plan import Fate, PlannedMember, SweepPlan

#: What a plan says of a stage, in a cell.
_FATES: dict[Fate, str] = {
    "cached": N_("cached"),
    "make": N_("make"),
    "shared": N_("shared"),
    "skip": N_("skipped"),
}


def fates_line(planned: PlannedMember) -> str:
    """Return what happens to the stages of a member, but for those that the project skips."""
    return " · ".join(
        it.stage + " " + _(_FATES[it.fate]) for it in planned.stages if it.fate != "skip"
    )


def fates_short(planned: PlannedMember) -> str:
    """Return the same with the fate once, before stages that stand side by side: it is not cut off then."""
    told = [it for it in planned.stages if it.fate != "skip"]
    groups = (
        (fate, " ".join(it.stage for it in group))
        for fate, group in groupby(told, lambda it: it.fate)
    )
    return f" {symbol('dot')} ".join(_(_FATES[fate]) + f" {stages}" for fate, stages in groups)


def plan_lines(plan: SweepPlan, jobs: int) -> list[str]:
    """Return what the plan comes to with so many members at once, in a few sentences."""
    count = len(plan.members)
    lines = [
        ngettext("{count} member", "{count} members", count).format(count=count),
        _("stages: {cached} cached, {made} to make, {shared} made for another member").format(
            cached=plan.count("cached"), made=plan.count("make"), shared=plan.count("shared")
        ),
    ]
    shared = [f"{stage} {number}" for stage in STAGES if (number := plan.sharing(stage))]
    if shared:
        lines.append(_("shared, by how many members: {stages}").format(stages=", ".join(shared)))
    if plan.sharing_features:
        told = _("backbone features: {count} trainings take the same ones, computed once")
        lines.append(told.format(count=plan.sharing_features))
    if not plan.made or plan.seconds(jobs):
        time = _("about {time} by past runs, with {jobs} at once")
        lines.append(time.format(time=human_seconds(plan.seconds(jobs)), jobs=jobs))
    if plan.unknown:
        told = _("no past run tells how long these take: {stages}")
        lines.append(told.format(stages=", ".join(plan.unknown)))
    return lines
