"""Reaching the engine: all that a run has before it knows what its stages take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.engine.connection import Engine, open_engine
from pipeline.plan.workspace import Workspace, workspace_of
from pipeline.project import Project
from pipeline.record.ledger import Ledger


@dataclass(frozen=True)
class Connected:
    """The engine, what the project has there, and its record. ``volumes`` tells them from later ones."""

    project: Project
    engine: Engine
    workspace: Workspace
    volumes: str
    ledger: Ledger


def connect(project: Project, environ: Mapping[str, str], *, make: bool = True) -> Connected:
    """Reach the engine and the project's volumes on it, which are made if they are not there.

    Args:
        project: whose volumes.
        environ: where the engine and the settings of Paddock itself are looked up.
        make: as for :func:`connected_to`.

    Raises:
        EngineError: the engine cannot be reached.
        UsageError: compose.yaml cannot be read.
    """
    return connected_to(open_engine(environ), project, workspace_of(project, environ), make=make)


def connected_to(
    engine: Engine, project: Project, workspace: Workspace, *, make: bool = True
) -> Connected:
    """Reach a project's volumes on an engine, which are made if they are not there.

    Args:
        engine: that has them.
        project: whose they are.
        workspace: their names.
        make: False where nothing runs: what is not there holds nothing.

    Raises:
        EngineError: the engine refused, or went away.
    """
    volumes = workspace.compose.volumes
    identity = " ".join(
        engine.volumes.ensure(volume, workspace.labels) if make else engine.volumes.birth(volume)
        for volume in volumes.values()
    )
    return Connected(project, engine, workspace, identity, Ledger(project.state / "ledger.jsonl"))
