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


def connect(project: Project, environ: Mapping[str, str]) -> Connected:
    """Reach the engine and the project's volumes on it, which are made if they are not there.

    Args:
        project: whose volumes.
        environ: where the engine and the settings of Paddock itself are looked up.

    Raises:
        EngineError: the engine cannot be reached.
        UsageError: compose.yaml cannot be read.
    """
    engine = open_engine(environ)
    workspace = workspace_of(project, environ)
    volumes = workspace.compose.volumes
    identity = " ".join(engine.volumes.ensure(volumes[key], workspace.labels) for key in volumes)
    return Connected(project, engine, workspace, identity, Ledger(project.state / "ledger.jsonl"))
