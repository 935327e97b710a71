"""Everything that is known before a run: the project, its engine, its images, its wires, its plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipeline.engine.connection import Engine, open_engine
from pipeline.engine.images import ImageInfo
from pipeline.models.fetch_context import FetchContext, Say
from pipeline.plan.hashes import HashCache
from pipeline.plan.planner import Planner
from pipeline.plan.wiring import Wire, wire
from pipeline.plan.workspace import Workspace, workspace_of
from pipeline.project import Project
from pipeline.record.ledger import Ledger
from stages.contract import STAGES


@dataclass(frozen=True)
class Prepared:
    """What the planner and the runner need; ``images`` by stage."""

    project: Project
    engine: Engine
    workspace: Workspace
    ledger: Ledger
    wires: tuple[Wire, ...]
    planner: Planner
    images: Mapping[str, ImageInfo]


def prepare(
    project: Project,
    environ: Mapping[str, str],
    forced: frozenset[str],
    say: Say,
    check: Callable[[], None] = lambda: None,
) -> Prepared:
    """Connect, look at the images, fetch the models, hash the inputs.

    Args:
        project: what to prepare.
        environ: where the engine and the settings of Paddock itself are looked up.
        forced: stages to run again.
        say: told what takes time.
        check: called all the time while a model is fetched; what it raises ends that.

    Raises:
        EngineError: the engine cannot be reached, or an image is missing.
        UsageError: the project names a file or model that is not there.
        IntegrityFailed: a model is not the recorded one.
        PaddockError: a model cannot be fetched.
    """
    engine = open_engine(environ)
    workspace = workspace_of(project, environ)
    images = {name: engine.images.get(workspace.compose.services[name].image) for name in STAGES}
    with HashCache(project.state / "hashes.sqlite") as cache:
        wires = wire(project, cache, FetchContext(say, cache.sha256, check))
    volumes = workspace.compose.volumes
    identity = " ".join(engine.volumes.ensure(volumes[key], workspace.labels) for key in volumes)
    ledger = Ledger(project.state / "ledger.jsonl")
    identities = {name: image.identity for name, image in images.items()}
    planner = Planner(ledger, identity, identities, project.settings.train.seed, forced)
    return Prepared(project, engine, workspace, ledger, wires, planner, images)
