"""A sweep on a Swarm from its start to its end, and what is refused before."""

import json
import signal
import socket
import subprocess
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from pipeline.engine.connection import Engine
from pipeline.engine.swarm import swarm_of
from pipeline.errors import UsageError
from pipeline.plan.workspace import PROJECT_LABEL
from pipeline.project import load_project
from pipeline.record.events import (
    Envelope,
    MemberEnded,
    MemberPlaced,
    MemberStarted,
    RunFailed,
    RunFinished,
    RunStarted,
)
from pipeline.record.ledger import Ledger
from pipeline.run.options import Options, StopSwitch
from pipeline.swarm.attach import start
from pipeline.swarm.clear import remove_leftovers, stop
from pipeline.swarm.kept import going_on
from pipeline.sweep.drive import Asked, sweep
from stages.contract import Exit
from support.on_swarm import (
    MEMBERS,
    SWEEP,
    begin,
    begin_killed,
    check_complete,
    delivered,
    go_on,
    left_when_placed,
)
from support.pretended import PretendedEngine
from support.pretended_swarm import PretendedSwarm
from support.projects import MINIMAL, SCRATCH, write_project
from support.registry import TinyRegistry
from support.sweeps import held

pytestmark = pytest.mark.usefixtures("swarm")


def test_members_run_on_nodes_and_come_back_as_if_they_had_run_here(
    folder: Path, engine: PretendedEngine, swarm: PretendedSwarm, registry: TinyRegistry,
    tmp_path: Path,
) -> None:  # fmt: skip
    heard: list[Envelope] = []
    ended = begin(folder, heard)
    assert ended.code == Exit.OK and ended.table and engine.ran == [], "nothing ran here"
    assert {row.name: row.nodes for row in ended.table.rows} == dict.fromkeys(MEMBERS, ("node1",))
    assert ended.table.jobs == 0 and all(row.rank and row.made for row in ended.table.rows)
    check_complete(folder, swarm, registry)

    placed = [it.event for it in heard if isinstance(it.event, MemberPlaced)]
    assert {(it.name, it.node, it.state) for it in placed} == {
        (name, "node1", "complete") for name in MEMBERS
    }
    runs = {it.event.name: it.event.own_run for it in heard if isinstance(it.event, MemberStarted)}
    of_members = [it for it in heard if it.member]
    assert all(it.run == runs[it.member] for it in of_members)
    for name, run in runs.items():
        mine = [it for it in of_members if it.member == name]
        assert [it.seq for it in mine] == list(range(len(mine))), "each of its events once"
        assert isinstance(mine[-1].event, RunFinished)
        lines = (folder / ".paddock" / "runs" / run / "events.jsonl").read_text().splitlines()
        assert [it.encode() for it in mine] == lines
    assert {it.event.name for it in heard if isinstance(it.event, MemberEnded)} == {*MEMBERS}

    text = SCRATCH + SWEEP.format(registry=registry.name)
    alone = write_project(tmp_path / "alone", text)
    assert sweep(alone, Asked(Options()), {}, lambda _it: None, StopSwitch()).code == Exit.OK
    assert delivered(folder) == delivered(alone) != {}

    # What was made elsewhere is not here: a run here makes its own.
    assert sweep(folder, Asked(Options()), {}, lambda _it: None, StopSwitch()).code == Exit.OK
    assert "train" in engine.ran


def test_what_a_service_is_asked_for(folder: Path, swarm: PretendedSwarm) -> None:
    assert begin(folder).code == Exit.OK
    one = swarm.asked[0]
    assert one.placement["constraints"] == ["node.labels.disk == ssd"]
    assert one.reservations == {"cpus": 1.0, "memory": 1 << 30, "generic": {"gpu": 1}}
    assert one.restart == {
        "condition": "on-failure", "delay": 5.0, "max_attempts": 3, "window": 0.0,
    }  # fmt: skip
    assert "@sha256:" in one.image and one.secret is None
    assert PROJECT_LABEL in one.labels
    assert PROJECT_LABEL not in one.container_labels, "no run here takes it for its own"


def test_credentials_are_a_secret_and_nowhere_else(
    folder: Path, swarm: PretendedSwarm, registry: TinyRegistry, tmp_path: Path
) -> None:
    known = {"auths": {registry.name: {"auth": "bWU6c2VjcmV0"}}}  # me:secret
    (tmp_path / "docker").mkdir()
    (tmp_path / "docker" / "config.json").write_text(json.dumps(known))
    environ = {"DOCKER_CONFIG": str(tmp_path / "docker")}
    start(folder, Asked(Options()), environ, lambda _it: None, StopSwitch())
    texts = [repr(it) for it in swarm.asked]
    assert json.loads(swarm.given[0]) == known and texts
    assert not any("secret'" in text or "bWU6" in text for text in texts)
    assert all("'DOCKER_CONFIG': '/run/secrets'" in text for text in texts)
    assert swarm.secrets == {}


def test_a_table_tells_settings_as_they_were_when_the_sweep_was_started(folder: Path) -> None:
    path = folder / "paddock.toml"
    text = path.read_text().replace(
        "[sweep.matrix]\ntrain.seed = [1, 2]\n",
        '[[sweep.members]]\nname = "a"\ntrain.seed = 1\n[[sweep.members]]\nname = "b"\ntrain.seed = 2\n',
    )
    path.write_text(text)
    begin_killed(folder)
    path.write_text(text.replace("seed = 1", "seed = 7").replace('name = "b"', 'name = "c"'))
    ended = go_on(folder)
    assert ended.code == Exit.OK and ended.table
    told = {row.name: row.settings for row in ended.table.rows}
    assert told == {"a": {"train.seed": 1}, "b": {"train.seed": 2}}


def test_another_version_takes_no_results_and_can_end_the_sweep(
    folder: Path, swarm: PretendedSwarm, registry: TinyRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_killed(folder)
    monkeypatch.setattr("pipeline.swarm.order.__version__", "99.0")
    heard: list[Envelope] = []
    assert go_on(folder, heard).code == Exit.USAGE
    (said,) = [it.event for it in heard if isinstance(it.event, RunFailed)]
    assert "this is Paddock 99.0" in said.message and "paddock sweep stop" in said.remedy
    stop(folder, {})
    assert swarm.wanted == {} and registry.manifests == {} and not going_on(folder / ".paddock")


@pytest.mark.parametrize("by", [go_on, lambda folder: stop(folder, {})], ids=["attach", "stop"])
def test_a_sweep_is_found_though_project_and_registry_are_called_otherwise_by_now(
    folder: Path, swarm: PretendedSwarm, registry: TinyRegistry, by: Callable[[Path], object]
) -> None:
    assert left_when_placed(folder).code == Exit.INTERRUPTED
    path = folder / "paddock.toml"
    path.write_text(path.read_text().replace('"plates"', '"cars"').replace("/team", "/other"))
    assert load_project(folder).name == "cars"
    by(folder)
    assert swarm.wanted == {} and registry.manifests == {} and not going_on(folder / ".paddock")
    assert len([it for it in swarm.asked if not it.everywhere]) == len(MEMBERS)


def test_detaching_says_that_the_sweep_goes_on_and_stopping_ends_it(
    folder: Path, swarm: PretendedSwarm, registry: TinyRegistry
) -> None:
    heard = list[Envelope]()
    ended = left_when_placed(folder, heard)
    assert ended.code == Exit.INTERRUPTED and ended.table is None
    (said,) = (it.event for it in heard if isinstance(it.event, RunFailed))
    assert "the sweep goes on" in said.message and "paddock sweep attach" in said.remedy
    assert len(swarm.wanted) == 1 and registry.manifests, "one member is done: its service is gone"

    project = load_project(folder)
    assert remove_leftovers(project, {}) == [], "one that goes on is no leftover"
    removed = stop(folder, {})
    assert swarm.wanted == {} and registry.manifests == {} and len(removed) > len(MEMBERS)
    with pytest.raises(UsageError, match="no sweep of this project goes on"):
        go_on(folder)


def attached(events: Path, pid: int, host: str) -> Envelope:
    """Return what a process says that attaches after the one that began."""
    for line in events.read_text().splitlines():
        began = Envelope.decode(line)
        if isinstance(began.event, RunStarted):
            return replace(began, event=replace(began.event, pid=pid, host=host))
    raise AssertionError("nobody began")


def test_whoever_is_attached_leaves_a_sweep_before_it_is_ended(
    folder: Path, swarm: PretendedSwarm, registry: TinyRegistry
) -> None:
    left_when_placed(folder)
    here, holds = socket.gethostname(), threading.Event()
    with subprocess.Popen(["sleep", "60"]) as process:
        events = going_on(folder / ".paddock")[0].own.events
        with events.open("a") as stream:
            stream.write(attached(events, process.pid, here).encode() + "\n")

        def hear() -> None:
            with held(folder, pid=process.pid, host=here):
                holds.set()
                process.wait(30)

        holder = threading.Thread(target=hear)
        holder.start()
        holds.wait()
        removed = stop(folder, {})
        process.kill()
        holder.join()
    assert process.returncode == -signal.SIGINT
    assert removed and swarm.wanted == {} and registry.manifests == {}


def test_two_sweeps_at_once_come_to_their_ends_one_after_the_other(
    folder: Path, swarm: PretendedSwarm, registry: TinyRegistry
) -> None:
    for _ in range(2):
        assert left_when_placed(folder).code == Exit.INTERRUPTED
    newest, oldest = (it.name for it in going_on(folder / ".paddock"))
    for name in (newest, oldest):
        ended = go_on(folder)
        assert ended.code == Exit.OK and ended.table and ended.table.sweep == name
        assert {row.state for row in ended.table.rows} == {"done"}
    assert swarm.wanted == {} and registry.manifests == {} and not going_on(folder / ".paddock")
    ledger = Ledger(folder / ".paddock" / "ledger.jsonl")
    assert not ledger.broken and len(ledger.conclusions) == 2 * len(MEMBERS)


def test_a_file_outside_the_project_is_refused_before_anything_is_asked_for(
    folder: Path, swarm: PretendedSwarm, tmp_path: Path
) -> None:
    path = folder / "paddock.toml"
    (folder / "dict.txt").rename(tmp_path / "dict.txt")
    path.write_text(path.read_text().replace('"dict.txt"', '"../dict.txt"'))
    heard: list[Envelope] = []
    assert begin(folder, heard).code == Exit.USAGE
    (said,) = (it.event for it in heard if isinstance(it.event, RunFailed))
    assert "not in the project" in said.message and "dict.txt" in said.where
    assert swarm.wanted == {}


def test_a_project_without_a_registry_is_told_what_to_write(folder: Path) -> None:
    path = folder / "paddock.toml"
    path.write_text(MINIMAL + "[sweep.matrix]\ntrain.seed = [1, 2]\n")
    heard: list[Envelope] = []
    assert begin(folder, heard).code == Exit.USAGE
    (said,) = (it.event for it in heard if isinstance(it.event, RunFailed))
    assert "[sweep.swarm] registry" in said.remedy


@pytest.mark.parametrize(
    ("state", "remedy"),
    [
        ({"LocalNodeState": "inactive"}, "docker swarm init"),
        ({"LocalNodeState": "active", "ControlAvailable": False}, "choose a manager"),
    ],
)
def test_an_engine_that_manages_no_swarm_is_told_apart(
    state: dict[str, object], remedy: str
) -> None:
    info = {"Swarm": state}
    engine = SimpleNamespace(
        client=SimpleNamespace(info=lambda: info), endpoint=PretendedEngine.endpoint
    )
    with pytest.raises(UsageError) as refused:
        swarm_of(cast(Engine, engine))
    assert remedy in refused.value.remedy
