"""Which kind of process the tests inside an image start: forked from one that all of them share."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest

from support.zygote import exchanged, serving

#: Names the launcher to pytest-xdist's workers, which inherit it.
_LAUNCHER = "PADDOCK_TEST_LAUNCHER"


def pytest_configure(config: pytest.Config) -> None:
    """Start the process that others are forked from: one for all workers, while they collect."""
    if _LAUNCHER not in os.environ:
        ends = ExitStack()
        config.add_cleanup(ends.close)
        folder = ends.enter_context(tempfile.TemporaryDirectory())
        os.environ[_LAUNCHER] = str(ends.enter_context(serving(Path(folder))))


def shared_folder() -> Path:
    """Return the folder that all workers have, for as long as the session lasts."""
    return Path(os.environ[_LAUNCHER]).parent


def forked() -> AbstractContextManager[None]:
    """Fork the processes that the block starts, whatever its test asked for."""
    return exchanged(os.environ[_LAUNCHER])


@pytest.fixture(scope="session")
def real_python() -> str:
    """The interpreter that runs the tests."""
    return sys.executable


@pytest.fixture(scope="session")
def launcher() -> Path:
    """What starts a process that is forked."""
    return Path(os.environ[_LAUNCHER])


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
