"""A sweep on a Swarm of two nodes: its client is killed, a node dies, and all members come to their end."""

import json
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker import DockerClient

from pipeline.compose.file import Compose
from pipeline.plan.workspace import SWEEP_LABEL
from pipeline.registry.client import Registry
from pipeline.registry.reference import parse_reference
from support.cli import paddock
from support.on_swarm import delivered
from support.patience import wait_for
from support.projects import write_project
from support.runs import Done, Live
from support.stand_ins import PROJECT, swarm_of_stand_ins
from support.swarm import TestSwarm

pytestmark = [pytest.mark.docker, pytest.mark.images]

SWEEP = """
[limits]
cpus = 0.25
memory = "256m"
[sweep.swarm]
registry = "{registry}/team"
plain_http = true
restart_policy = {{ delay = 1, max_attempts = 0 }}
[sweep.matrix]
train.seed = [1, 2, 3, 4]
"""
MEMBERS = ["seed=1", "seed=2", "seed=3", "seed=4"]


@pytest.fixture(scope="module")
def nodes(
    client: DockerClient, tools: str, compose: Compose, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestSwarm]:
    scratch = tmp_path_factory.mktemp("stand-ins")
    with swarm_of_stand_ins(client, tools, compose, scratch) as running:
        yield running


def go(nodes: TestSwarm, folder: Path, *words: str) -> Live:
    environ = {"DOCKER_HOST": nodes.manager.url}
    return Live(folder, *words[1:], environ=environ, command=("sweep", words[0]))


def until_on(live: Live, node: str) -> None:
    """Wait until a member runs on a node."""
    while (it := live.wait_for("member-placed"))["node"] != node or it["state"] != "running":
        pass


def left(nodes: TestSwarm) -> list[str]:
    """Return what is left of sweeps on the Swarm, and on the node that lives."""
    engine = nodes.manager.client
    wanted = {"label": SWEEP_LABEL}
    found = [str(it.name) for it in engine.services.list(filters=wanted)]
    found += [str(it.name) for it in engine.secrets.list(filters=wanted)]
    found += [f"{it.name} {it.attrs['Labels']}" for it in engine.volumes.list()]
    return found + [f"{it.name} {it.status}" for it in engine.containers.list(all=True)]


def test_members_end_elsewhere_when_their_node_dies_and_the_client_was_killed(
    nodes: TestSwarm, tmp_path: Path
) -> None:
    folder = write_project(tmp_path / "p", PROJECT + SWEEP.format(registry=nodes.registry))
    alone = shutil.copytree(folder, tmp_path / "alone")
    with go(nodes, folder, "run", "--swarm") as live:
        until_on(live, "worker")
        live.send(signal.SIGKILL)
        killed = live.finish()
    assert "sweep-planned" in {it["type"] for it in killed.events}, killed.stderr
    nodes.kill(nodes.worker)

    with go(nodes, folder, "attach") as live:
        done = live.finish()
    assert done.code == 0, (done.stderr, done.events[-5:])
    table = json.loads((folder / "out.sweep" / "sweep.json").read_text())
    rows = {row["name"]: row for row in table["rows"]}
    assert sorted(rows) == MEMBERS and {row["state"] for row in rows.values()} == {"done"}
    had = sorted("-".join(row["nodes"]) for row in rows.values())
    assert "manager" in had and "worker-manager" in had, had
    assert heard(done) == set(MEMBERS), "each said what it did"
    wait_for(lambda: not left(nodes) or None)  # Swarm removes a service's containers behind it
    tags = Registry(parse_reference(f"{nodes.registry}/team/paddock-sweeps"), os.environ, True)
    tags.open()
    answer = tags.ask("GET", tags.path("tags", "list"), expected=(200, 404))
    assert not (json.loads(tags.read(answer, 1 << 20)).get("tags") or [])

    with go(nodes, alone, "run", "--no-swarm", "--jobs", "2") as live:
        assert live.finish().code == 0
    assert delivered(folder) == delivered(alone)
    environ = {"DOCKER_HOST": nodes.manager.url}
    assert paddock("audit", folder, environ=environ).returncode == 0
    for each in (folder, alone):
        assert paddock("clean", "--volumes", each, environ=environ).returncode == 0
    wait_for(lambda: not left(nodes) or None)


def heard(done: Done) -> set[str]:
    """Return the members whose runs were told to their end."""
    return {it["member"] for it in done.of("run-finished") if it.get("member") and not it["code"]}
