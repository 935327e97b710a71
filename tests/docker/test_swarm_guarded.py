"""A sweep on a Swarm whose registry asks who one is: nodes are let in, and nobody who looks sees how."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docker import DockerClient

from pipeline.compose.file import Compose
from pipeline.plan.workspace import SWEEP_LABEL
from support.projects import write_project
from support.runs import Live
from support.stand_ins import PROJECT, swarm_of_stand_ins
from support.swarm import Guarded, TestSwarm

pytestmark = [pytest.mark.docker, pytest.mark.images]

PASSWORD = "right"  # noqa: S105 - of a registry that lives as long as the test
#: bcrypt, as `htpasswd -B` writes it.
ME = Guarded("me", PASSWORD, "me:$2b$04$gSD7EqAQc8fDFtmqjrsikOOyiYSrncvyE6sczePuOIBheAQus8E8W\n")
SWEEP = """
[limits]
cpus = 0.25
memory = "256m"
[sweep.swarm]
registry = "{registry}/team"
plain_http = true
placement.constraints = ["node.role == worker"]
[sweep.matrix]
train.seed = [1, 2]
"""


@pytest.fixture(scope="module")
def nodes(
    client: DockerClient, tools: str, compose: Compose, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestSwarm]:
    scratch = tmp_path_factory.mktemp("stand-ins")
    with swarm_of_stand_ins(client, tools, compose, scratch, ME) as running:
        yield running


def test_nodes_are_let_in_and_nobody_sees_how(nodes: TestSwarm, tmp_path: Path) -> None:
    folder = write_project(tmp_path / "{{odd}} p", PROJECT + SWEEP.format(registry=nodes.registry))
    auth = base64.b64encode(f"me:{PASSWORD}".encode()).decode()
    (tmp_path / "config.json").write_text(json.dumps({"auths": {nodes.registry: {"auth": auth}}}))
    environ = {"DOCKER_HOST": nodes.manager.url, "DOCKER_CONFIG": str(tmp_path)}
    api: Any = nodes.manager.client.api
    seen = list[str]()
    with Live(folder, "--swarm", environ=environ, command=("sweep", "run")) as live:
        while live.wait_for("member-placed")["state"] != "running":
            pass
        for service in api.services():
            seen.append(json.dumps(api.inspect_service(service["ID"])))
        seen.append(json.dumps(api.tasks()))
        seen.append(json.dumps(api.secrets()))
        for container in nodes.worker.client.containers.list(all=True):
            seen.append(json.dumps(container.attrs))
        done = live.finish()
    assert done.code == 0, (done.stderr, done.events[-5:])
    assert any(SWEEP_LABEL in it for it in seen)
    printed = json.dumps(done.events) + done.stderr
    assert not [it for it in (*seen, printed) if PASSWORD in it or auth in it]
    assert api.secrets() == [] and api.services() == []
