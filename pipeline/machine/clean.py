"""Removing what a project's runs left on the engine."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.engine.connection import open_engine
from pipeline.plan.workspace import PROJECT_LABEL, workspace_of
from pipeline.project import Project
from pipeline.record.runlock import LOCK_NAME, run_lock


def remove_leftovers(
    project: Project, environ: Mapping[str, str], *, volumes: bool = False
) -> list[str]:
    """Remove the project's containers, and with ``volumes`` its volumes too; return their names.

    Raises:
        UsageError: a run goes on.
        EngineError: the engine cannot be reached, or refused.
    """
    identity = workspace_of(project, environ).identity
    engine = open_engine(environ)
    with run_lock(project.state / LOCK_NAME):
        removed = engine.containers.remove_labelled({PROJECT_LABEL: identity})
        if volumes:
            removed += engine.volumes.remove_labelled(f"{PROJECT_LABEL}={identity}")
    return removed
