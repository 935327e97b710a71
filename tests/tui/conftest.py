"""What the tests of the command line and the text UI share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.pace import QUICK, hurried
from support.pretended import PretendedEngine, install
from support.recorded import recorded_project
from tui.appearance import Appearance, use
from tui.language import SOURCE, speak

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE")


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let every test begin and end in English, whatever its developer speaks."""
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    speak(SOURCE)
    yield
    speak(SOURCE)


@pytest.fixture(scope="session", autouse=True)
def _hurried() -> Iterator[None]:
    with hurried():
        yield


@pytest.fixture(autouse=True)
def _quick() -> Iterator[None]:
    """Let the app look for news, and its clocks tick, more often than people need."""
    use(Appearance(pace=QUICK))
    yield
    use(Appearance())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with a recorded run."""
    return recorded_project(tmp_path / "p")


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> PretendedEngine:
    return install(monkeypatch, PretendedEngine())
