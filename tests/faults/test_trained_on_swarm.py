"""Real models trained on the nodes of a Swarm, of which one dies: the bytes that one engine makes."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker import DockerClient

from pipeline.compose.file import TOOL, Compose
from pipeline.engine.images import Images
from pipeline.images.build import Options, build_images
from pipeline.plan.stages import STAGES
from support.cli import paddock
from support.on_swarm import delivered
from support.runs import Live, Site, first_lines
from support.swarm import TestSwarm, swarm

pytestmark = [pytest.mark.docker, pytest.mark.images, pytest.mark.slow, pytest.mark.matrix]

TEXT = """
[project]
name = "trained"

[data]
train = ["train.txt"]
val = ["val.txt"]
test = ["test.txt"]
dictionary = "data/dict.txt"

[train]
mode = "frozen"
epochs = 1
batch_size = 8

[limits]
cpus = 1.0
memory = "4g"

[sweep.swarm]
registry = "{registry}/team"
plain_http = true
restart_policy = {{ delay = 1, max_attempts = 0 }}
reservations.cpus = 1.0
reservations.memory = "1g"

[sweep.matrix]
train.seed = [1, 2]
train.learning_rate = [1e-3, 5e-4]
"""
#: Lines to train on, and to measure with.
TRAIN, TEST = 24, 6
#: Seconds for four trainings on two cores that others use, too.
LONG = 1800


@pytest.fixture(scope="module")
def nodes(
    client: DockerClient, images: Images, tools: str, compose: Compose
) -> Iterator[TestSwarm]:
    build_images(images, compose, os.environ, lambda _event: None, Options(only=(TOOL,)))
    with swarm(client, tools) as running:
        names = [compose.services[stage].image for stage in STAGES if stage != "quantize"]
        running.hand_over(running.manager, [*names, compose.images[TOOL].image])
        yield running


def test_members_trained_on_a_swarm_have_the_bytes_of_one_engine(
    nodes: TestSwarm, site: Site, lines: Path
) -> None:
    text = TEXT.format(registry=nodes.registry)
    drawn = {
        f"data/{name}.txt": first_lines(lines / f"{name}.txt", TEST) for name in ("val", "test")
    }
    drawn["data/train.txt"] = first_lines(lines / "train.txt", TRAIN)
    folder = site.project("trained", text, {"data": lines, **drawn})
    alone = site.project("alone", text, {"data": lines, **drawn})
    environ = {"DOCKER_HOST": nodes.manager.url}
    with Live(folder, "--swarm", environ=environ, command=("sweep", "run")) as live:
        while (it := live.wait_for("member-placed", timeout=LONG))["node"] != "worker" or it[
            "state"
        ] != "running":
            pass
        while live.wait_for("stage-started", "train", timeout=LONG)["member"] not in on_worker(
            live
        ):
            pass
        nodes.kill(nodes.worker)
        done = live.finish(LONG)
    rows = json.loads((folder / "out.sweep" / "sweep.json").read_text())["rows"]
    assert [row["state"] for row in rows] == ["done"] * 4, (done.code, done.stderr)
    assert any(row["nodes"] == ["worker", "manager"] for row in rows)

    with Live(
        alone, "--no-swarm", "--jobs", "2", environ=environ, command=("sweep", "run")
    ) as live:
        live.finish(LONG)
    assert delivered(folder) == delivered(alone)
    assert len([name for name in delivered(folder) if name.endswith("model_x86.nb")]) >= 2
    for each in (folder, alone):
        assert paddock("clean", "--volumes", each, environ=environ).returncode == 0
    assert nodes.manager.client.volumes.list() == []


def on_worker(live: Live) -> set[str]:
    """Return the members that the worker has had."""
    return {
        it["name"] for it in live.said if it["type"] == "member-placed" and it["node"] == "worker"
    }
