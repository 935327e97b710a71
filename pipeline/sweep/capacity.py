"""How many members an engine can carry at once, by the limits that their containers have, and could."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate

from pipeline.compose.file import Service
from pipeline.engine.connection import Engine
from pipeline.errors import UsageError
from pipeline.project import Project
from pipeline.sweep.plan import PlannedMember, SweepPlan
from pipeline.text import human_size
from stages.message import msg

#: Parts of a CPU that are advised: whole ones alone would leave some idle, and sums of quarters are exact.
_PARTS = 4


def refuse_too_many(engine: Engine, plan: SweepPlan, jobs: int, beside: int = 0) -> None:
    """Refuse to run more members at once than the engine has CPUs and memory for.

    Limits are not divided instead: a stage's CPUs are its threads, which may decide the bytes that training
    makes, and what was measured with all. What fits one run alone is the engine's own affair, as it is for
    any run.

    Args:
        engine: that is to carry them.
        plan: all members of a project.
        jobs: of them at once.
        beside: sweeps of other projects that go on at the same time; each is taken for one like this.

    Raises:
        UsageError: says what so many need, what the engine has, and how many fit.
    """
    jobs, sweeps = min(jobs, len(plan.members)), 1 + beside
    if jobs * sweeps < 2:
        return
    most = _carried(engine, plan, sweeps)
    if jobs <= most:
        return
    facts = engine.facts()
    cpus = sorted(map(_cpus, plan.members), reverse=True)
    memory = sorted(map(_memory, plan.members), reverse=True)
    raise UsageError(
        msg(
            "{jobs} members at once need {cpus} CPUs and {memory} of memory by their limits; the engine has "
            "{there} and {size}",
            sweeps * jobs,
            f"{sweeps * sum(cpus[:jobs]):g}",
            human_size(sweeps * sum(memory[:jobs])),
            facts.cpus,
            human_size(facts.memory),
        ),
        engine.endpoint.said,
        msg(
            "use --jobs {most}, or set limits.cpus and limits.memory in paddock.toml lower: with other "
            "limits.cpus, training makes other bytes",
            max(1, most),
        )
        if _threads_decide(plan)
        else msg(
            "use --jobs {most}, or set limits.cpus and limits.memory in paddock.toml lower: with other "
            "limits.cpus, the same bytes come out",
            max(1, most),
        ),
    )


def fitting(engine: Engine, plan: SweepPlan) -> int:
    """Return how many members at once the engine has CPUs and memory for, by their limits; 1 at least.

    They are the ones with the highest limits: whichever run at once, so many fit.
    """
    return max(1, _carried(engine, plan, 1))


def _carried(engine: Engine, plan: SweepPlan, sweeps: int) -> int:
    """Return how many members of each of so many sweeps like this the engine has room for at once."""
    facts = engine.facts()
    cpus = accumulate(sorted(map(_cpus, plan.members), reverse=True))
    memory = accumulate(sorted(map(_memory, plan.members), reverse=True))
    sums = zip(cpus, memory, strict=True)
    return sum(sweeps * cpu <= facts.cpus and sweeps * size <= facts.memory for cpu, size in sums)


def most_of(project: Project, services: Iterable[Service]) -> tuple[float, int]:
    """Return the most CPUs and memory that one of a member's containers may take.

    Args:
        project: the member's.
        services: those of the stages that it comes to.
    """
    limits, services = project.settings.limits, tuple(services)
    cpus = limits.cpus or max((item.cpus or 1.0 for item in services), default=1.0)
    memory = limits.memory_bytes or max((item.mem_limit or 0 for item in services), default=0)
    return cpus, memory


def advice(engine: Engine, plan: SweepPlan, jobs: int) -> str:
    """Return how more members at once would keep all CPUs at work; "" if none would, or bytes change.

    A member alone leaves CPUs idle: the steps of training take one, and so do latencies.
    """
    facts = engine.facts()
    making = [it for it in plan.members if any(stage.fate == "make" for stage in it.stages)]
    memory = sorted(map(_memory, making), reverse=True)
    most = max(
        (count for count in range(1, len(making) + 1) if sum(memory[:count]) <= facts.memory),
        default=1,
    )
    most = min(most, int(facts.cpus))
    if most < 2 or most <= jobs or _threads_decide(plan):
        return ""
    each = facts.cpus * _PARTS // most / _PARTS
    if max(map(_cpus, making)) <= each:
        return msg("{most} members fit at once: --jobs {jobs}", most, most)
    return msg(
        "with limits.cpus = {each} in paddock.toml {most} members fit at once and keep all CPUs at work: "
        "--jobs {jobs}; the same bytes come out",
        f"{each:g}",
        most,
        most,
    )


def _threads_decide(plan: SweepPlan) -> bool:
    """Return whether the number of CPUs decides a byte of what is made, or kept: it would be made anew."""
    return any(
        "threads" in wire.decided_by
        for planned in plan.members
        for wire, stage in zip(planned.prepared.planner.wires, planned.stages, strict=True)
        if stage.fate != "skip"
    )


def _cpus(planned: PlannedMember) -> float:
    return most_of(planned.member.project, _services(planned))[0]


def _memory(planned: PlannedMember) -> int:
    return most_of(planned.member.project, _services(planned))[1]


def _services(planned: PlannedMember) -> list[Service]:
    """Return those of the stages that the sweep comes to."""
    services = planned.prepared.place.workspace.compose.services
    fates = {stage.stage: stage.fate for stage in planned.stages}
    wires = planned.prepared.planner.wires
    return [services[wire.runs_in] for wire in wires if fates[wire.stage] != "skip"]
