"""tests/stages and tests/pitfalls/inside, in the real image: with Paddle, PaddleOCR and Paddle-Lite."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from docker import DockerClient

from pipeline.compose import Compose
from pipeline.models.caller import Caller
from pipeline.models.catalogue import MODELS
from pipeline.models.fetch import fetch_official
from support.inside import build_inside, container_inside, run_to_the_end, stale_files

pytestmark = [pytest.mark.docker, pytest.mark.images]


@pytest.fixture(scope="module")
def inside(client: DockerClient, compose: Compose) -> str:
    """The image to run in; its stages must be those of the working tree."""
    image = build_inside(client, compose, os.environ)
    stale = stale_files(client, image)
    assert not stale, f"run `paddock images build`: the images have other versions of {stale}"
    return image


@pytest.fixture(scope="module")
def models() -> dict[str, Path]:
    """The official models, fetched by hash."""
    return {name: fetch_official(name, Caller()) for name in MODELS}


@pytest.mark.slow
@pytest.mark.parametrize(
    "folder",
    [
        pytest.param("tests/stages", marks=pytest.mark.xdist_group("stages")),
        pytest.param("tests/pitfalls/inside", marks=pytest.mark.xdist_group("pitfalls")),
    ],
)
def test_inside(client: DockerClient, inside: str, models: dict[str, Path], folder: str) -> None:
    """Run a folder's tests in one process, which makes their models once; show what it prints."""
    words = [folder, "--durations=15"]
    with container_inside(client, inside, models, words) as container:
        assert run_to_the_end(container) == 0
