"""tests/stages, in the real image: with Paddle, PaddleOCR and Paddle-Lite."""

from __future__ import annotations

import pytest
from docker import DockerClient

from pipeline.compose.file import Compose
from support.inside import run_inside

pytestmark = [pytest.mark.docker, pytest.mark.images, pytest.mark.slow]


def test_stages(client: DockerClient, compose: Compose) -> None:
    assert run_inside(client, compose, "tests/stages") == 0
