"""tests/stages and tests/pitfalls/inside, in the real image: with Paddle, PaddleOCR and Paddle-Lite."""

import os
from collections.abc import Callable

import pytest
from docker import DockerClient

from pipeline.compose.file import Compose
from support.inside import run_inside

pytestmark = [pytest.mark.docker, pytest.mark.images, pytest.mark.slow]


def test_inside(
    client: DockerClient, compose: Compose, record_property: Callable[[str, object], None]
) -> None:
    ended = run_inside(client, compose, os.environ)
    record_property("said", ended.said)
    assert ended.code == 0
