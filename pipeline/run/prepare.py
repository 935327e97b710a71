"""Everything that is known before a run: the project, the place where its stages run, and its planner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipeline import PROJECT_FILE
from pipeline.errors import UsageError
from pipeline.machine.gpus import refuse_lacking_gpus
from pipeline.models.fetch_context import FetchContext, Say
from pipeline.plan.hashes import HashCache
from pipeline.plan.planner import Planner
from pipeline.plan.stages.train import ON_GPU
from pipeline.plan.surroundings import Surroundings
from pipeline.plan.wiring import Wire, wire
from pipeline.project import Project
from pipeline.run.connect import Connected
from pipeline.run.place import Place, find_images
from stages.contract.kernels import NEEDED
from stages.message import joined, msg


@dataclass(frozen=True)
class Prepared:
    """A project that can be planned, run and audited: what to make, where, and what was made before."""

    project: Project
    place: Place
    planner: Planner


def prepare(
    connected: Connected,
    forced: frozenset[str],
    say: Say,
    check: Callable[[], None] = lambda: None,
) -> Prepared:
    """Fetch the models, hash the inputs, look at the images of the stages that are needed.

    Args:
        connected: the project and its engine.
        forced: stages to run again.
        say: told what takes time.
        check: called all the time while a model is fetched; what it raises ends that.

    Raises:
        EngineError: an image is missing, or a GPU.
        UsageError: the project names a file or model that is not there, or the processor cannot run its
            kernels.
        IntegrityFailed: a model is not the recorded one.
        PaddockError: a model cannot be fetched.
    """
    project, engine, workspace = connected.project, connected.engine, connected.workspace
    with HashCache(project.state / "hashes.sqlite") as cache:
        wires = wire(project, cache, FetchContext(say, cache.sha256, check))
    if any(wire.runs_in == ON_GPU and not wire.skipped for wire in wires):
        refuse_lacking_gpus(engine, workspace, project.settings.train.devices)
    place = Place(engine, workspace, find_images(engine, workspace, wires))
    surroundings = _surroundings(project, place, wires)
    identities = {stage: image.identity for stage, image in place.images.items()}
    ledger, volumes = connected.ledger, connected.volumes
    planner = Planner(ledger, volumes, wires, identities, surroundings, forced)
    return Prepared(project, place, planner)


def _surroundings(project: Project, place: Place, wires: tuple[Wire, ...]) -> Surroundings:
    settings = project.settings
    threads = {stage: place.threads(stage, settings.limits.cpus) for stage in place.images}
    kernels = settings.project.kernels
    asked = any({"kernels", "processor"}.intersection(wire.decided_by) for wire in wires)
    processor = place.processor() if asked else ""
    if kernels == "portable":
        _refuse_lacking(set(processor.split()), project)
    return Surroundings(settings.train.seed, threads, kernels, processor)


def _refuse_lacking(units: set[str], project: Project) -> None:
    """Refuse an x86 processor that the portable kernels cannot run on.

    One that tells nothing of the kind, as an emulated one may, is left to the stages' self-test.

    Raises:
        UsageError: it lacks units that are needed.
    """
    is_x86 = any(unit.startswith(("sse", "avx")) for unit in units)
    if not is_x86 or not (lacking := NEEDED - units):
        return
    raise UsageError(
        msg(
            "the processor lacks {units}, which portable kernels need",
            joined(", ", sorted(lacking)),
        ),
        str(project.folder / PROJECT_FILE),
        msg('write kernels = "native" into [project]: results are then this kind of processor\'s'),
    )
