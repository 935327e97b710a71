"""What this machine has and lacks for Paddock: each check is a function that gives one finding."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline.compose.file import Compose, read_compose
from pipeline.engine.connection import Engine, open_engine
from pipeline.errors import EngineError
from pipeline.models.store import cache_folder
from pipeline.plan.stages import STAGES
from pipeline.plan.workspace import PROJECT_LABEL, stages_of
from pipeline.text import human_size

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


def examine(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Run all checks, those of the engine only if it can be reached."""
    yield _python()
    yield _machine()
    yield from _space()
    try:
        engine = open_engine(environ)
    except EngineError as error:
        yield Finding("engine", "problem", f"{error.message} [{error.where}]", error.remedy)
        return
    compose = read_compose(environ)
    for check in _ENGINE_CHECKS:
        yield check(engine, compose)


def _python() -> Finding:
    return Finding("python", "ok", f"{platform.python_version()} at {sys.executable}")


def _machine() -> Finding:
    machine = platform.machine()
    if machine in ("x86_64", "AMD64"):
        return Finding("machine", "ok", f"{platform.system()} on {machine}")
    return Finding(
        "machine",
        "warning",
        f"{machine}: Paddle-Lite's converter exists for x86-64 only",
        "use a remote x86-64 engine through DOCKER_HOST",
    )


def _space() -> Iterator[Finding]:
    for name, path in (("project's disk", Path()), ("model cache", cache_folder())):
        existing = next(parent for parent in (path, *path.parents, Path()) if parent.exists())
        free = shutil.disk_usage(existing).free
        severity: Severity = "ok" if free > _NEEDED_SPACE else "warning"
        remedy = "" if severity == "ok" else f"free {human_size(_NEEDED_SPACE)} there"
        message = f"{human_size(free)} free at {existing.resolve()}"
        yield Finding(name, severity, message, remedy)


def _engine(engine: Engine, _compose: Compose) -> Finding:
    facts, endpoint = engine.facts(), engine.endpoint
    kind = ", rootless" if facts.rootless else ""
    message = f"{facts.version}{kind}, {facts.driver}, at {endpoint.url} ({endpoint.source})"
    return Finding("engine", "ok", message)


def _size(engine: Engine, compose: Compose) -> Finding:
    facts = engine.facts()
    needed = max(service.mem_limit or 0 for service in stages_of(compose).values())
    message = f"{facts.cpus} CPUs, {human_size(facts.memory)} of memory"
    if facts.memory >= needed:
        return Finding("engine's size", "ok", message)
    remedy = f"compose.yaml allows stages {human_size(needed)}: set limits.memory in paddock.toml"
    return Finding("engine's size", "warning", message, remedy)


def _images(engine: Engine, compose: Compose) -> Finding:
    missing = []
    for name, service in stages_of(compose).items():
        try:
            engine.images.image_id(service.image)
        except EngineError:
            missing.append(name)
    if missing:
        return Finding(
            "images", "problem", f"missing: {', '.join(missing)}", "make them: paddock images build"
        )
    return Finding("images", "ok", f"all {len(STAGES)} stage images are there")


def _leftovers(engine: Engine, _compose: Compose) -> Finding:
    names = engine.containers.labelled(PROJECT_LABEL)
    if names:
        message = f"containers of running or dead runs: {', '.join(names)}"
        return Finding("containers", "warning", message, "if no run is going on: paddock clean")
    return Finding("containers", "ok", "none was left behind")


_ENGINE_CHECKS: tuple[Callable[[Engine, Compose], Finding], ...] = (
    _engine,
    _size,
    _images,
    _leftovers,
)
