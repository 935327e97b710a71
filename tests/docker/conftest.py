from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker import DockerClient

from pipeline.compose import Compose, read_compose
from pipeline.engine.endpoint import connect
from pipeline.engine.images import Images
from support.tiny import Workshop, workshop
from support.tools import build_tools


@pytest.fixture(scope="session")
def client() -> DockerClient:
    """The engine that `paddock` would use."""
    return connect(os.environ)


@pytest.fixture(scope="session")
def images(client: DockerClient) -> Images:
    return Images(client)


@pytest.fixture(scope="session")
def compose() -> Compose:
    return read_compose(os.environ)


@pytest.fixture
def shop(client: DockerClient, tmp_path: Path) -> Iterator[Workshop]:
    """Somewhere to build a tiny image with the real code."""
    with workshop(client, tmp_path / "repository") as made:
        yield made


@pytest.fixture(scope="session")
def tools(client: DockerClient, compose: Compose) -> str:
    """The image with Debian's docker-registry and docker-compose."""
    return build_tools(client, compose.images["base"].image)
