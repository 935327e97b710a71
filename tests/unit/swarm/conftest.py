"""What tests of a sweep on a Swarm stand on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.on_swarm import SWEEP
from support.pretended import PretendedEngine, install
from support.pretended_swarm import PretendedSwarm, install_swarm
from support.projects import MINIMAL, write_project
from support.registry import TinyRegistry, tiny_registry


@pytest.fixture
def registry() -> Iterator[TinyRegistry]:
    with tiny_registry() as running:
        running.repository = "team/paddock-sweeps"
        yield running


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> PretendedEngine:
    return install(monkeypatch, PretendedEngine())


@pytest.fixture
def swarm(
    monkeypatch: pytest.MonkeyPatch, engine: PretendedEngine, tmp_path: Path
) -> PretendedSwarm:
    return install_swarm(monkeypatch, PretendedSwarm(tmp_path / "nodes"))


@pytest.fixture
def folder(tmp_path: Path, registry: TinyRegistry) -> Path:
    return write_project(tmp_path / "p", MINIMAL + SWEEP.format(registry=registry.name))
