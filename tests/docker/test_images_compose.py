"""Plain Compose accepts compose.yaml: version 1.29, as Debian has it."""

import pytest
import yaml
from docker import DockerClient

from pipeline.compose.file import COMPOSE_FILE, Compose
from support.tools import run_tool

pytestmark = pytest.mark.docker


def test_compose_v1_reads_what_paddock_reads(
    client: DockerClient, compose: Compose, tools: str
) -> None:
    text = COMPOSE_FILE.read_text(encoding="utf-8")
    output = run_tool(client, tools, ["docker-compose", "config"], "compose.yaml", text)
    resolved = yaml.safe_load(output)
    assert {name: service["image"] for name, service in resolved["services"].items()} == {
        name: build.image for name, build in compose.images.items()
    }
    for name, build in compose.images.items():
        assert resolved["services"][name]["build"]["args"] == dict(build.args)
    train = resolved["services"]["train"]
    assert train["network_mode"] == "none"
    assert train["read_only"] is True
    assert train["cap_drop"] == ["ALL"]
