"""What tests of a sweep on a Swarm stand on."""

from pathlib import Path

import pytest

from support.on_swarm import SWEEP
from support.pretended import PretendedEngine
from support.pretended_swarm import PretendedSwarm, install_swarm
from support.projects import SCRATCH, write_project
from support.registry import TinyRegistry


@pytest.fixture
def registry(registry: TinyRegistry) -> TinyRegistry:
    registry.repository = "team/paddock-sweeps"
    return registry


@pytest.fixture
def swarm(
    monkeypatch: pytest.MonkeyPatch, engine: PretendedEngine, tmp_path: Path
) -> PretendedSwarm:
    return install_swarm(monkeypatch, PretendedSwarm(tmp_path / "nodes"))


@pytest.fixture
def folder(tmp_path: Path, registry: TinyRegistry) -> Path:
    return write_project(tmp_path / "p", SCRATCH + SWEEP.format(registry=registry.name))
