"""What this machine has and lacks for Paddock: each check is a function that gives one finding."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline.compose.file import Compose, read_compose
from pipeline.engine.connection import Engine, open_engine
from pipeline.engine.containers import Labelled
from pipeline.engine.disk import DiskUse, disk_use
from pipeline.engine.images import ELSEWHERE
from pipeline.errors import EngineError, UsageError
from pipeline.images.build import outdated
from pipeline.machine.gpus import refuse_lacking_gpus
from pipeline.machine.reclaim import size_below
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


def examine(
    environ: Mapping[str, str], project: Project | None = None, *, thorough: bool = False
) -> Iterator[Finding]:
    """Run all checks, those of the engine only if it can be reached.

    Args:
        environ: where the engine is looked up.
        project: which may have left something behind.
        thorough: also what takes long to find out: whose images these are, what is on the engine's disk.
    """
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
    for check in ENGINE_CHECKS:
        yield check(engine, compose)
    if project and project.settings.train.device == "gpu":
        yield gpus_finding(engine, workspace_of(project, environ), project.settings.train.devices)
    own = workspace_of(project, environ).identity if project else ""
    lives = project is not None and running(project.state) is not None
    yield containers_finding(engine.containers.labelled(PROJECT_LABEL), own, lives=lives)
    if thorough:
        yield from look_at_origin(engine, compose)
        yield look_at_disk(engine, project, own)


def look_at_origin(engine: Engine, compose: Compose) -> Iterator[Finding]:
    """Say which images are another Paddock's, or why that cannot be known here."""
    try:
        yield from outdated_finding(outdated(engine.images, compose))
    except UsageError as error:
        said = msg("{first} [{rest}]", error.message, error.where)
        yield Finding("images", "warning", said, error.remedy)


def look_at_disk(engine: Engine, project: Project | None, own: str) -> Finding:
    """Say what Paddock has on the engine's disk; ``own`` is the project's identity."""
    use = disk_use(engine.client, PROJECT_LABEL)
    free = free_at(engine.facts().root) if engine.is_here() else None
    return disk_finding(use, own, project.state if project else None, free)


def free_at(root: Path) -> int | None:
    """Return how many bytes are free there; None where only root may look, as where users are mapped."""
    try:
        return shutil.disk_usage(root).free
    except OSError:
        return None


def disk_finding(use: DiskUse, own: str, state: Path | None, free: int | None) -> Finding:
    """Say what takes how much, and what to do where little is free.

    Args:
        use: of the engine's disk.
        own: the identity of the project that is looked at, if one is.
        state: its ``.paddock``.
        free: bytes on the engine's disk; None if that is on another machine, or nobody may look.
    """
    others = {name: size for name, size in use.volumes.items() if name != own}
    parts = [msg("images {size}", human_size(use.images))]
    if use.steps:
        parts.append(msg("steps of earlier builds {size}", human_size(use.steps)))
    if use.build_cache:
        parts.append(msg("the engine's build cache {size}", human_size(use.build_cache)))
    if own:
        parts.append(msg("this project's results {size}", human_size(use.volumes.get(own, 0))))
    if others:
        size = human_size(sum(others.values()))
        parts.append(msg("other projects' results {size} ({count})", size, len(others)))
    if state is not None:
        parts.append(msg("records of runs {size}", human_size(size_below(state))))
    if free is not None:
        parts.append(msg("{size} free", human_size(free)))
    message = joined(" · ", parts)
    if free is None or free > _NEEDED_SPACE:
        return Finding("disk", "ok", message)
    remedy = msg(
        "in a project: paddock clean --older-than 30d; of one that is done with: --volumes"
    )
    return Finding("disk", "warning", message, remedy)


def _python() -> Finding:
    return Finding(
        "python", "ok", msg("{version} at {path}", platform.python_version(), sys.executable)
    )


def _machine() -> Finding:
    return Finding(
        "machine", "ok", msg("{system} on {machine}", platform.system(), platform.machine())
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
    kind = [msg("rootless")] * facts.rootless + [msg("users mapped")] * facts.mapped
    message = joined(", ", [facts.version, *kind, facts.driver, msg("at {place}", source)])
    return Finding("engine", "ok", message)


def _architecture(engine: Engine, compose: Compose) -> Finding:
    """Images for x86-64 that were loaded may run by emulation; to build them there is no way."""
    found = engine.facts().architecture
    check = msg("engine's processor")
    if found in ("x86_64", "amd64"):
        return Finding(check, "ok", found)
    loaded = engine.images.find(stages_of(compose)["data"].image) is not None
    message = msg(
        "{found}: the images are for x86-64, as Paddle-Lite's converter is; they cannot be built here, and "
        "loaded ones run only where the engine emulates x86-64",
        found,
    )
    return Finding(check, "warning" if loaded else "problem", message, ELSEWHERE)


def _size(engine: Engine, compose: Compose) -> Finding:
    facts = engine.facts()
    if facts.unenforced:
        message = msg("it does not enforce limits: {limits}", joined(", ", facts.unenforced))
        remedy = msg(
            "let it delegate control groups (cgroup v2): docs/engines.md; until then runs work without limits"
        )
        return Finding(msg("engine's size"), "warning", message, remedy)
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


def outdated_finding(services: Sequence[str]) -> Iterator[Finding]:
    """Say which images are another Paddock's: what they make, this one may not be able to read."""
    if services:
        message = msg("not built from this Paddock's files: {services}", ", ".join(services))
        yield Finding(
            "images", "warning", message, msg("bring them up to date: paddock images build")
        )


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


ENGINE_CHECKS: tuple[Callable[[Engine, Compose], Finding], ...] = (
    _engine,
    _architecture,
    _size,
    _images,
)
