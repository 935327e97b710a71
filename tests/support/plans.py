"""A plan's pieces for a small project, and a pretended run through it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.models.fetch_context import FetchContext
from pipeline.plan.hashes import HashCache
from pipeline.plan.planner import Planner, Step
from pipeline.plan.stages import STAGES
from pipeline.plan.stages.spec import StageSpec
from pipeline.plan.surroundings import Surroundings
from pipeline.plan.wiring import Wire, wire
from pipeline.project import load_project
from pipeline.record.ledger import Entry, Ledger
from stages.contract import Result
from support.results import make_result

#: What the images are known by, as a key has it.
IMAGES = {stage: f"image-{stage}" for stage in STAGES}


def wires_of(folder: Path, table: Sequence[StageSpec] | None = None) -> tuple[Wire, ...]:
    """Wire the project in ``folder``, with another table of stages if one is given."""
    with HashCache(folder / ".paddock" / "hashes.sqlite") as cache:
        return wire(load_project(folder), cache, FetchContext(), table)


def planner_of(
    folder: Path,
    images: Mapping[str, str] = IMAGES,
    workspace: str = "volume@1",
    forced: frozenset[str] = frozenset(),
    *,
    wires: tuple[Wire, ...] | None = None,
    processor: str = "avx avx2 fma",
) -> Planner:
    """Return a planner over the project's ledger as it is on the disk."""
    settings = load_project(folder).settings
    laid_out = wires_of(folder) if wires is None else wires
    threads = {item.stage: round(settings.limits.cpus or 2) for item in laid_out}
    surroundings = Surroundings(settings.train.seed, threads, settings.project.kernels, processor)
    ledger = Ledger(folder / ".paddock/ledger.jsonl")
    return Planner(ledger, workspace, laid_out, images, surroundings, forced)


def pretend_run(
    folder: Path, name: str = "run-1", flavour: str = "", images: Mapping[str, str] = IMAGES
) -> list[str]:
    """Walk through the stages as the runner does; return those that ran.

    Args:
        folder: the project.
        name: of the run.
        flavour: content of what the stages make; the same flavour is the same content.
        images: what the stages' images are known by.
    """
    planner, results, ran = planner_of(folder, images), dict[str, Result](), []
    for planned in planner.plan():
        step = planner.settle(planned, results)
        if step.entry:
            results[step.stage] = step.entry.result
        elif step.components:
            ran.append(step.stage)
            result = replace(make_result(step.stage, flavour=flavour), key=step.components.key)
            planner.ledger.append(Entry("now", name, planner.workspace, step.components, result))
            results[step.stage] = result
    return ran


def plan(folder: Path, planner: Planner | None = None) -> dict[str, Step]:
    """Return the plan, by stage."""
    steps = (planner or planner_of(folder)).plan()
    return {step.stage: step for step in steps}
