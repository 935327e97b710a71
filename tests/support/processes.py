"""The fixtures of all tests inside an image: which kind of process they start."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.zygote import exchanged, serving


@pytest.fixture(scope="session")
def real_python() -> str:
    """The interpreter that runs the tests."""
    return sys.executable


@pytest.fixture(scope="session")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What starts a process that is forked."""
    with serving(tmp_path_factory.mktemp("zygote")) as made:
        yield made


@pytest.fixture(autouse=True)
def _forked_processes(
    request: pytest.FixtureRequest, launcher: Path, real_python: str
) -> Iterator[None]:
    """Fork the processes of every test that does not ask for real ones."""
    if request.node.get_closest_marker("real_processes"):
        yield
    else:
        with exchanged(str(launcher)):
            yield
