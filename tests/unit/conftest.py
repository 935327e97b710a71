"""What many unit tests stand on: a small project, recorded runs, an engine and a registry in this process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.project import Project, load_project
from support.pretended import PretendedEngine, install
from support.projects import write_project
from support.recorded import CACHED_RUN, RUN, recorded_project
from support.registry import TinyRegistry, tiny_registry


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_project(tmp_path / "p")


@pytest.fixture
def project(folder: Path) -> Project:
    return load_project(folder)


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """A run in which every stage ran, and one in which all were cached."""
    return recorded_project(tmp_path / "recorded", runs=(RUN, CACHED_RUN))


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> PretendedEngine:
    return install(monkeypatch, PretendedEngine())


@pytest.fixture
def registry() -> Iterator[TinyRegistry]:
    with tiny_registry() as running:
        yield running


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
