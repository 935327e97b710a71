"""Sweeps on a Swarm that has no room for them, now or ever; and the largest that there may be."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.engine.swarm import Said, Task
from pipeline.package.manifest import Layer, Manifest, parse_manifest
from pipeline.plan.stages import STAGES
from pipeline.project.members import MOST
from pipeline.record.events import Envelope, Noted, RunFailed
from pipeline.registry.content import Blob
from pipeline.registry.reference import digest_of
from pipeline.run.options import Options, StopSwitch
from pipeline.swarm.attach import start
from pipeline.swarm.order import INPUTS, Job, Order
from pipeline.sweep.drive import Asked
from stages.contract import Exit
from support.pretended import PretendedEngine, install
from support.pretended_swarm import PretendedSwarm, install_swarm
from support.projects import SCRATCH, write_project
from support.registry import TinyRegistry

SWEEP = """
[limits]
cpus = 2
memory = "1g"
[sweep.swarm]
registry = "{registry}/team"
[[sweep.members]]
name = "small"
train.seed = 1
[[sweep.members]]
name = "large"
limits.cpus = 6
"""
WHY = "no suitable node (insufficient resources on 2 nodes)"


@dataclass
class BusySwarm(PretendedSwarm):
    """Its nodes have other things to do, for so many looks."""

    looks: int = 3

    def tasks(self, labels: Mapping[str, str]) -> dict[str, list[Task]]:
        self.looks -= 1
        if self.looks < 0:
            return super().tasks(labels)
        return {it: [Task(f"{it}.0", it, "", "pending", "running", WHY, "0")] for it in self.wanted}

    def said(self, task: str, since: str = "", *, stream: str = "stdout") -> list[Said]:
        assert not task.endswith(".0"), "what waits has said nothing, and may be thousands"
        return super().said(task, since, stream=stream)


@pytest.fixture
def folder(tmp_path: Path, registry: TinyRegistry) -> Path:
    return write_project(tmp_path / "p", SCRATCH + SWEEP.format(registry=registry.name))


@pytest.fixture
def swarm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> BusySwarm:
    install(monkeypatch, PretendedEngine())
    made = BusySwarm(tmp_path / "nodes")
    install_swarm(monkeypatch, made)
    return made


def begin(folder: Path) -> tuple[int, list[Envelope]]:
    heard = list[Envelope]()
    ended = start(folder, Asked(Options()), {}, heard.append, StopSwitch())
    return ended.code, heard


def test_a_member_that_no_node_has_room_for_is_refused_before_anything_is_sent(
    folder: Path, swarm: BusySwarm, registry: TinyRegistry
) -> None:
    swarm.room = [(8.0, 512 << 20), (4.0, 8 << 30)]
    code, heard = begin(folder)
    assert code == Exit.USAGE
    (failed,) = [it.event for it in heard if isinstance(it.event, RunFailed)]
    assert "large reserves 6 CPUs and 1.1 GB of memory" in failed.message
    assert "8 CPUs, 536.9 MB, 4 CPUs, 8.6 GB" in failed.message
    assert "[sweep.swarm]" in failed.remedy
    assert registry.manifests == {} and swarm.wanted == {}


def test_why_members_wait_is_said_once(folder: Path, swarm: BusySwarm) -> None:
    swarm.room = [(8.0, 8 << 30)]
    code, heard = begin(folder)
    assert code == Exit.OK
    notes = [it.event.message for it in heard if isinstance(it.event, Noted)]
    assert [it for it in notes if "waits" in it] == [f"small waits: {WHY}"]


def test_the_largest_sweep_can_be_asked_for() -> None:
    jobs = tuple(
        Job(member=f"{number:05}" + "x" * 60, run="20261129-120000-0000", services=STAGES)
        for number in range(MOST)
    )
    order = Order(
        version="1", project="p", folder="/p", sweep="s", images={}, last="verify", jobs=jobs
    )
    document = order.dump()
    config = Blob(digest_of(document), len(document))
    layers = (Layer("data.tar", Blob(digest_of(b"x"), 1)),)
    read = parse_manifest(Manifest(config, layers, {}, INPUTS).dump(), INPUTS)
    assert read.config == config
