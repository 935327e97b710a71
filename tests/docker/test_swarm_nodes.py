"""What sweeps on a Swarm stand on: work runs on both nodes, and elsewhere if one dies.

Members are services that end, not Swarm's jobs: of a job, what runs on a node that died is started elsewhere
only when Swarm gives it up, after 24 hours (swarmkit's defaultNodeDownPeriod), drained or not.
"""

import os
from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
from docker import DockerClient
from docker.types import RestartPolicy, ServiceMode

from pipeline.compose.file import Compose
from pipeline.engine.images import Images
from pipeline.images.base import find_base
from support.patience import wait_for
from support.swarm import TestSwarm, swarm

pytestmark = pytest.mark.docker

Tasks = list[dict[str, Any]]
#: Asks the registry, then the node's engine, whose answer has the node's name; then ends or stays.
WORK = """
import http.client, socket, sys, time, urllib.request
registry, *rest = sys.argv[1:]
assert urllib.request.urlopen(f"http://{registry}/v2/").status == 200
engine = http.client.HTTPConnection("node")
engine.sock = socket.socket(socket.AF_UNIX)
engine.sock.connect("/run/docker.sock")
engine.request("GET", "/info")
print(engine.getresponse().read().decode(), flush=True)
while rest:
    time.sleep(0.1)
"""


@pytest.fixture(scope="module")
def nodes(client: DockerClient, tools: str) -> Iterator[TestSwarm]:
    with swarm(client, tools) as running:
        yield running


@pytest.fixture(scope="module")
def start(nodes: TestSwarm, python: str) -> Callable[..., str]:
    """Starts two tasks that end, or stay; returns the ID of their service."""

    def started(mode: Literal["replicated", "replicated-job"], *, stays: bool) -> str:
        create: Callable[..., Any] = nodes.manager.client.services.create
        service = create(
            python,
            ["python", "-c", WORK, nodes.registry, *(["stay"] if stays else [])],
            mode=ServiceMode(mode, 2, 2 if mode == "replicated-job" else None),
            restart_policy=RestartPolicy("on-failure"),
            mounts=["/run/docker.sock:/run/docker.sock:ro"],
        )
        return str(service.id)

    return started


@pytest.fixture(scope="module")
def python(nodes: TestSwarm, images: Images, compose: Compose) -> str:
    """An image with Python and little else, by digest: what the base stands on."""
    pinned = compose.images["base"].args["PYTHON_BASE"]
    base = find_base(images, pinned, os.environ, lambda _event: None)
    return nodes.publish(base.reference, "python")


def test_work_on_a_node_that_dies_starts_on_another_and_what_ended_does_not(
    nodes: TestSwarm, start: Callable[..., str]
) -> None:
    def in_state(service: str, state: str) -> Tasks:
        return [task for task in nodes.tasks(service) if task["Status"]["State"] == state]

    def both(service: str, state: str) -> Tasks:
        """Wait for a task of the service on each node, and return them."""
        found = wait_for(lambda: it if len(it := in_state(service, state)) == 2 else None)
        assert {node.name for it in found if (node := nodes.node_of(it))} == {"manager", "worker"}
        return found

    ended = start("replicated", stays=False)
    before = both(ended, "complete")
    logs: Callable[..., Any] = nodes.manager.client.api.service_logs
    said = b"".join(logs(ended, stdout=True)).decode()
    assert '"Name":"manager"' in said and '"Name":"worker"' in said, "each reached its own engine"

    stays, job = start("replicated", stays=True), start("replicated-job", stays=True)
    there, of_job = both(stays, "running"), both(job, "running")
    nodes.kill(nodes.worker)

    def replaced() -> Tasks | None:
        new = [
            it for it in in_state(stays, "running") if it["ID"] not in {it["ID"] for it in there}
        ]
        return new or None

    (new,) = wait_for(replaced)
    assert nodes.node_of(new) == nodes.manager
    assert [it["ID"] for it in nodes.tasks(ended)] == [it["ID"] for it in before]
    assert [it["ID"] for it in nodes.tasks(job)] == [it["ID"] for it in of_job]
