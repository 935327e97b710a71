"""The engine that comes to harm, and the project on it; repeats and figures of the matrix."""

import signal
from collections.abc import Iterator

import pytest
from docker import DockerClient

from pipeline.compose.file import Compose
from pipeline.engine.connection import connect
from support import engine
from support.projects import write_project
from support.proxy import Proxy
from support.scene import Good, Scene
from support.second_engine import Machine, fragile_engine
from support.stand_ins import PROJECT, build_stand_ins, take_over


def pytest_configure(config: pytest.Config) -> None:
    """Register the fixtures once, whichever folder comes first."""
    if not config.pluginmanager.is_registered(engine):
        config.pluginmanager.register(engine)
    if (
        signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    ):  # by nohup: programs would inherit and heed it
        signal.signal(signal.SIGHUP, lambda _number, _frame: None)


@pytest.fixture(scope="session")
def machine(
    client: DockerClient, compose: Compose, tools: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    """An engine of its own, with an image whose stages leave at once what real ones would."""
    scratch = tmp_path_factory.mktemp("stand-ins")
    image = build_stand_ins(client, compose.images["base"].image, scratch)
    with fragile_engine(client, tools, "1g") as made:
        take_over(client, image, connect({"DOCKER_HOST": made.url}), compose)
        yield made


@pytest.fixture(scope="session")
def scene(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """A project whose stages have all run."""
    made = Scene(machine, write_project(tmp_path_factory.mktemp("faults") / "p", PROJECT))
    went = made.go()
    assert went.code == 0, went.failures
    return made


@pytest.fixture(scope="session")
def proxy(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """A way to the engine on which answers go wrong."""
    with Proxy(machine.url, tmp_path_factory.mktemp("proxy") / "docker.sock") as made:
        yield made


@pytest.fixture(scope="session")
def good(scene: Scene) -> Good:
    """What the project has that must not be lost."""
    return scene.good()
