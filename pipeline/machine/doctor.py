"""What this machine has and lacks for Paddock: each check is a function that gives one finding."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline.compose.file import Compose, read_compose
from pipeline.engine.connection import Engine, open_engine
from pipeline.engine.containers import Labelled
from pipeline.errors import EngineError
from pipeline.machine.gpus import refuse_lacking_gpus
from pipeline.models.store import cache_folder
from pipeline.plan.stages import STAGES
from pipeline.plan.stages.train import ON_GPU
from pipeline.plan.workspace import PROJECT_LABEL, Workspace, stages_of, workspace_of
from pipeline.project import Project
from pipeline.record.runlock import running
from pipeline.text import human_size
from stages.message import joined, msg

#: Images take 1.5 GB and a project's volumes some more; under this, something will fill up.
_NEEDED_SPACE = 5 * 10**9

Severity = Literal["ok", "warning", "problem"]


@dataclass(frozen=True)
class Finding:
    """What a check found, and what to do if it is not well."""

    check: str
    severity: Severity
    message: str
    remedy: str = ""


def examine(environ: Mapping[str, str], project: Project | None = None) -> Iterator[Finding]:
    """Run all checks, those of the engine only if it can be reached; ``project`` may have left something."""
    yield _python()
    yield _machine()
    yield from _space()
    try:
        engine = open_engine(environ)
    except EngineError as error:
        yield Finding(
            "engine", "problem", msg("{first} [{rest}]", error.message, error.where), error.remedy
        )
        return
    compose = read_compose(environ)
    for check in _ENGINE_CHECKS:
        yield check(engine, compose)
    if project and project.settings.train.device == "gpu":
        yield gpus_finding(engine, workspace_of(project, environ), project.settings.train.devices)
    own = workspace_of(project, environ).identity if project else ""
    lives = project is not None and running(project.state) is not None
    yield containers_finding(engine.containers.labelled(PROJECT_LABEL), own, lives=lives)


def _python() -> Finding:
    return Finding(
        "python", "ok", msg("{version} at {path}", platform.python_version(), sys.executable)
    )


def _machine() -> Finding:
    machine = platform.machine()
    if machine in ("x86_64", "AMD64"):
        return Finding("machine", "ok", msg("{system} on {machine}", platform.system(), machine))
    return Finding(
        "machine",
        "warning",
        msg("{machine}: Paddle-Lite's converter exists for x86-64 only", machine),
        msg("use a remote x86-64 engine through DOCKER_HOST"),
    )


def _space() -> Iterator[Finding]:
    for name, path in ((msg("project's disk"), Path()), (msg("model cache"), cache_folder())):
        existing = next(parent for parent in (path, *path.parents, Path()) if parent.exists())
        free = shutil.disk_usage(existing).free
        severity: Severity = "ok" if free > _NEEDED_SPACE else "warning"
        remedy = (
            "" if severity == "ok" else msg("free {needed_space} there", human_size(_NEEDED_SPACE))
        )
        message = msg("{free} free at {resolve}", human_size(free), existing.resolve())
        yield Finding(name, severity, message, remedy)


def _engine(engine: Engine, _compose: Compose) -> Finding:
    facts, endpoint = engine.facts(), engine.endpoint
    source = endpoint.said
    kind = [msg("rootless")] if facts.rootless else []
    message = joined(", ", [facts.version, *kind, facts.driver, msg("at {place}", source)])
    return Finding("engine", "ok", message)


def _size(engine: Engine, compose: Compose) -> Finding:
    facts = engine.facts()
    needed = max(service.mem_limit or 0 for service in stages_of(compose).values())
    message = msg("{cpus} CPUs, {memory} of memory", facts.cpus, human_size(facts.memory))
    if facts.memory >= needed:
        return Finding(msg("engine's size"), "ok", message)
    remedy = msg(
        "compose.yaml allows stages {needed}: set limits.memory in paddock.toml", human_size(needed)
    )
    return Finding(msg("engine's size"), "warning", message, remedy)


def _images(engine: Engine, compose: Compose) -> Finding:
    missing = []
    for name, service in stages_of(compose).items():
        try:
            engine.images.image_id(service.image)
        except EngineError:
            missing.append(name)
    if missing:
        return Finding(
            "images",
            "problem",
            msg("missing: {missing}", ", ".join(missing)),
            msg("make them: paddock images build"),
        )
    return Finding("images", "ok", msg("all {stages} stage images are there", len(STAGES)))


def gpus_finding(engine: Engine, workspace: Workspace, count: int) -> Finding:
    """Say whether the engine has the GPUs that the project asks for, and the image to train on them."""
    try:
        refuse_lacking_gpus(engine, workspace, count)
    except EngineError as error:
        return Finding("GPU", "problem", error.message, error.remedy)
    image = workspace.compose.services[ON_GPU].image
    if engine.images.find(image) is None:
        return Finding(
            "GPU",
            "problem",
            msg("missing: {missing}", ON_GPU),
            msg("make it with: paddock images build {missing}", ON_GPU),
        )
    return Finding("GPU", "ok", msg("the engine gives a container {count}", count))


def containers_finding(found: Iterable[Labelled], own: str, *, lives: bool) -> Finding:
    """Say what the project ``own`` left behind, else how many runs, anybody's, use the engine.

    Args:
        found: the containers of all projects.
        own: the identity of the project that is looked at.
        lives: whether a run of it goes on; then its containers are not left behind.
    """
    containers = list(found)
    dead = [item.name for item in containers if item.value == own and not lives]
    if dead:
        message = msg("left behind by runs of this project that died: {names}", ", ".join(dead))
        return Finding("containers", "warning", message, msg("remove them: paddock clean"))
    users = len({item.value for item in containers if item.is_running})
    if users == 1:
        return Finding("containers", "ok", msg("one run uses this engine"))
    if users:
        return Finding("containers", "ok", msg("{count} runs use this engine", users))
    return Finding("containers", "ok", msg("none was left behind"))


_ENGINE_CHECKS: tuple[Callable[[Engine, Compose], Finding], ...] = (
    _engine,
    _size,
    _images,
)
