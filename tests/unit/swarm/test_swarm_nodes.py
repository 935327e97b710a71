"""A sweep on a Swarm whose nodes and services come to harm, and what is cleared up after it."""

from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.project import load_project
from pipeline.record.events import Envelope, MemberPlaced, RunFailed
from pipeline.run.options import Options, StopSwitch
from pipeline.swarm.attach import start
from pipeline.swarm.clear import remove_leftovers, stop
from pipeline.swarm.kept import unreached
from pipeline.sweep.drive import Asked
from pipeline.sweep.words import doubts
from stages.contract import Exit
from support.on_swarm import MEMBERS, begin, begin_killed, check_complete
from support.pretended_swarm import PretendedSwarm
from support.registry import TinyRegistry
from support.sweeps import held


def test_a_node_that_dies_has_its_member_start_elsewhere(
    folder: Path, swarm: PretendedSwarm, registry: TinyRegistry
) -> None:
    swarm.dies = lambda member, attempt: (member, attempt) == ("seed=2", 1)
    heard: list[Envelope] = []
    ended = begin(folder, heard)
    assert ended.code == Exit.OK and ended.table
    nodes = {row.name: row.nodes for row in ended.table.rows}
    assert nodes == {"seed=1": ("node1",), "seed=2": ("node1", "node2")}
    assert "seed=2 was started 2 times, on node1, node2" in "\n".join(doubts(ended.table))
    assert "node1 → node2" in (folder / "out.sweep" / "sweep.md").read_text()
    assert max(it.event.attempt for it in heard if isinstance(it.event, MemberPlaced)) == 2
    check_complete(folder, swarm, registry)
    (tidy,) = (it for it in swarm.asked if it.everywhere)
    assert tidy.words == ("sweep", "tidy", ended.table.sweep)
    assert tidy.container_labels == {}, "or it would remove itself"
    assert not unreached(folder / ".paddock")


def test_a_node_that_cannot_be_asked_to_clear_up_is_asked_by_clean_when_it_is_back(
    folder: Path, swarm: PretendedSwarm
) -> None:
    swarm.dies = lambda member, attempt: (member, attempt) == ("seed=2", 1)
    swarm.alive = ("node2",)
    assert begin(folder).code == Exit.OK
    project = load_project(folder)
    assert remove_leftovers(project, {}) == [] and len(unreached(project.state)) == 1
    swarm.alive = ("node1", "node2")
    assert remove_leftovers(project, {}) == [] and not unreached(project.state)
    assert swarm.wanted == {}


def test_a_member_whose_service_somebody_removed_is_asked_for_again(
    folder: Path, swarm: PretendedSwarm, registry: TinyRegistry
) -> None:
    gone = list[str]()

    def fails(member: str, _attempt: int) -> str:
        if member == "seed=1" and not gone:
            gone.append(swarm.asked[0].name)
            swarm.wanted = {name: it for name, it in swarm.wanted.items() if name not in gone}
            return "removed"
        return ""

    swarm.fails = fails
    assert begin(folder).code == Exit.OK
    assert len([it for it in swarm.asked if not it.everywhere]) == len(MEMBERS) + 1
    check_complete(folder, swarm, registry)


def test_a_member_that_no_attempt_brings_to_an_end_says_why_and_leaves_the_others(
    folder: Path, swarm: PretendedSwarm
) -> None:
    swarm.fails = lambda member, _attempt: "no such registry" if member == "seed=1" else ""
    heard: list[Envelope] = []
    ended = begin(folder, heard)
    assert ended.code == Exit.ENGINE and ended.table
    rows = {row.name: row for row in ended.table.rows}
    assert (rows["seed=1"].state, rows["seed=1"].code) == ("failed", 4)
    assert "no such registry" in rows["seed=1"].message and len(rows["seed=1"].nodes) == 4
    assert rows["seed=2"].state == "done" and swarm.wanted == {}
    (said,) = (it.event for it in heard if isinstance(it.event, RunFailed))
    assert "paddock sweep --swarm --member seed=1" in said.remedy


def test_stopping_clears_up_after_attempts_that_a_dead_node_lost(
    folder: Path, swarm: PretendedSwarm
) -> None:
    swarm.dies = lambda member, attempt: (member, attempt) == ("seed=2", 1)
    switch = StopSwitch()

    def leave(envelope: Envelope) -> None:
        it = envelope.event
        if isinstance(it, MemberPlaced) and (it.name, it.attempt) == ("seed=2", 1):
            switch.order(Exit.INTERRUPTED)

    assert start(folder, Asked(Options()), {}, leave, switch).code == Exit.INTERRUPTED
    swarm.alive = ("node2",)
    stop(folder, {})
    assert [it.everywhere for it in swarm.asked][-1] and swarm.wanted == {}
    (left,) = unreached(folder / ".paddock")
    assert (begun := left.begun()) and begun.unreached == ("node1",)


def test_services_of_a_sweep_that_nobody_knows_are_leftovers(
    folder: Path, swarm: PretendedSwarm
) -> None:
    begin_killed(folder)
    for path in (folder / ".paddock" / "sweeps").glob("*/swarm.json"):
        path.unlink()
    assert len(remove_leftovers(load_project(folder), {})) == len(MEMBERS)
    assert swarm.wanted == {}


def test_nobody_cleans_while_somebody_starts_a_sweep(folder: Path, swarm: PretendedSwarm) -> None:
    project = load_project(folder)
    with held(folder), pytest.raises(UsageError, match="another run"):
        remove_leftovers(project, {})
