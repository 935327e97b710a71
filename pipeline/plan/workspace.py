"""A project's two volumes on the engine: the workspace, and the read-only inputs."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pipeline.compose.file import COMPOSE_FILE, Compose, Service, read_compose
from pipeline.errors import UsageError
from pipeline.plan.stages import STAGES
from pipeline.project import Project
from stages.contract import WORKSPACE
from stages.message import msg

#: Every container and volume of Paddock carries this label; its value is the project's identity.
PROJECT_LABEL = "paddock.project"
RUN_LABEL = "paddock.run"
STAGE_LABEL = "paddock.stage"
#: What is a sweep's on a Swarm carries these too.
SWEEP_LABEL, MEMBER_LABEL = "paddock.sweep", "paddock.member"
#: Linux's name of the installation, which stays when a laptop's host name changes with its network.
MACHINE_ID = Path("/etc/machine-id")


@dataclass(frozen=True)
class Workspace:
    """Names and labels of what a project has on the engine. ``sweep`` is the one on a Swarm that it is of."""

    identity: str
    compose: Compose
    sweep: str = ""

    @property
    def labels(self) -> dict[str, str]:
        """Labels by which leftovers are found."""
        of_sweep = {SWEEP_LABEL: self.sweep} if self.sweep else {}
        return {PROJECT_LABEL: self.identity, **of_sweep}

    @property
    def volumes(self) -> dict[str, str]:
        """compose.yaml's volume keys, and the volumes' names on the engine."""
        return {key: volume.name for key, volume in self.compose.volumes.items()}


def workspace_of(project: Project, environ: Mapping[str, str]) -> Workspace:
    """Name the project's volumes: by its name, and by where it lies so that two clones stay apart."""
    return workspace_at(project.name, f"{_machine()}:{project.folder}", environ)


def workspace_at(name: str, place: str, environ: Mapping[str, str], sweep: str = "") -> Workspace:
    """Name the volumes of a project called ``name`` that lies at ``place``, whatever that is called."""
    identity = f"{name}-{hashlib.sha256(place.encode()).hexdigest()[:10]}"
    names = {
        "PADDOCK_WORKSPACE": f"paddock-{identity}",
        "PADDOCK_INPUTS": f"paddock-{identity}-inputs",
    }
    return Workspace(identity, read_compose({**environ, **names}), sweep)


def stages_of(compose: Compose) -> dict[str, Service]:
    """Return the services that the stages run in, in the stages' order.

    Raises:
        UsageError: compose.yaml has none for a stage.
    """
    missing = next((name for name in STAGES if name not in compose.services), None)
    if missing is not None:
        raise UsageError(
            msg("there is no service for the stage {missing}", repr(missing)),
            str(COMPOSE_FILE),
            msg("correct the file"),
        )
    return {name: compose.services[name] for name in STAGES}


def _machine() -> str:
    """Return what tells this machine from others that use the same engine."""
    try:
        return MACHINE_ID.read_text(encoding="ascii").strip() or socket.gethostname()
    except (OSError, UnicodeDecodeError):
        return socket.gethostname()


def result_folder(stage: str, key: str) -> PurePosixPath:
    """Return where a stage's result is in the workspace."""
    return WORKSPACE / "results" / stage / key
