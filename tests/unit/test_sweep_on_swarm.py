"""A sweep on a Swarm, whatever happens to its client, its nodes and its registry."""

from __future__ import annotations

import json
import os
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from pipeline.engine.connection import Engine
from pipeline.engine.swarm import Wanted, swarm_of
from pipeline.errors import IntegrityFailed, UsageError
from pipeline.package.manifest import TITLE
from pipeline.plan.workspace import PROJECT_LABEL
from pipeline.project import load_project
from pipeline.record.events import (
    Envelope,
    MemberEnded,
    MemberPlaced,
    MemberStarted,
    RunFailed,
    RunFinished,
)
from pipeline.record.ledger import Ledger
from pipeline.record.runs import list_runs
from pipeline.run.options import Options, StopSwitch
from pipeline.swarm.archive import Archive, unpack
from pipeline.swarm.attach import attach, start
from pipeline.swarm.clear import remove_leftovers, stop
from pipeline.swarm.kept import going_on, unreached
from pipeline.swarm.order import Answer, parse_answer
from pipeline.sweep.drive import Asked, SweepEnd, sweep
from pipeline.sweep.words import doubts
from stages.contract import Exit
from support.pretended import PretendedEngine, install
from support.pretended_swarm import PretendedSwarm, install_swarm
from support.projects import MINIMAL, write_project
from support.registry import TinyRegistry, tiny_registry
from support.sweeps import held

MEMBERS = ["seed=1", "seed=2"]
SWEEP = """
[model]
pretrained = ""
[train]
mode = "full"
[limits]
cpus = 1
memory = "1g"
[sweep.swarm]
registry = "{registry}/team"
restart_policy.max_attempts = 3
placement.constraints = ["node.labels.disk == ssd"]
reservations.generic = {{ gpu = 1 }}
[sweep.matrix]
train.seed = [1, 2]
"""
#: These have times in them, and names of runs.
TIMED = ("report", "MD5SUMS", "SHA256SUMS")


@pytest.fixture
def registry() -> Iterator[TinyRegistry]:
    with tiny_registry() as running:
        running.repository = "team/paddock-sweeps"
        yield running


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> PretendedEngine:
    return install(monkeypatch, PretendedEngine())


@pytest.fixture
def swarm(
    monkeypatch: pytest.MonkeyPatch, engine: PretendedEngine, tmp_path: Path
) -> PretendedSwarm:
    return install_swarm(monkeypatch, PretendedSwarm(tmp_path / "nodes"))


@pytest.fixture
def folder(tmp_path: Path, registry: TinyRegistry) -> Path:
    return write_project(tmp_path / "p", MINIMAL + SWEEP.format(registry=registry.name))


def begin(folder: Path, heard: list[Envelope] | None = None, **options: object) -> SweepEnd:
    asked = Asked(Options(**options))  # type: ignore[arg-type]
    listened = list[Envelope]() if heard is None else heard
    return start(folder, asked, {}, listened.append, StopSwitch())


def go_on(folder: Path, heard: list[Envelope] | None = None) -> SweepEnd:
    listened = list[Envelope]() if heard is None else heard
    return attach(folder, {}, listened.append, StopSwitch())


def delivered(folder: Path) -> dict[str, bytes]:
    paths = [*folder.glob("out.sweep/*/**/*"), *folder.glob("paddock.locks/*")]
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in paths
        if path.is_file() and not path.name.startswith(TIMED)
    }


def check_complete(folder: Path, swarm: PretendedSwarm, registry: TinyRegistry) -> None:
    """Check that all came to its end once, and nothing is left."""
    state = folder / ".paddock"
    ledger = Ledger(state / "ledger.jsonl")
    assert not ledger.broken
    assert sorted(it.member for it in ledger.conclusions) == MEMBERS
    keys = [(entry.run, entry.key) for entry in ledger.entries]
    assert len(keys) == len(set(keys)) and len({run for run, _key in keys}) == len(MEMBERS)
    assert {run.name for run in list_runs(state)} == {run for run, _key in keys}
    assert swarm.wanted == {} and not going_on(state)
    assert registry.manifests == {}, "nothing that went along or came back is left"
    assert not [path.name for path in state.iterdir() if path.name.startswith("taken")]


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

    text = MINIMAL + SWEEP.format(registry=registry.name)
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
        "condition": "on-failure",
        "delay": 5.0,
        "max_attempts": 3,
        "window": 0.0,
    }
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


class Killed(BaseException):
    """SIGKILL: nothing that catches errors catches it."""


@pytest.mark.parametrize("moment", range(0, 60, 9))
def test_a_client_that_is_killed_at_any_moment_loses_nothing(
    folder: Path, swarm: PretendedSwarm, registry: TinyRegistry, moment: int
) -> None:
    def killed_at(count: int) -> list[Envelope]:
        class Listener(list[Envelope]):
            def append(self, item: Envelope) -> None:
                super().append(item)
                if len(self) > count:
                    raise Killed

        return Listener()

    with pytest.raises(Killed):
        begin(folder, killed_at(moment))
    if not going_on(folder / ".paddock"):
        assert swarm.wanted == {}, "it was killed before anything was asked of the Swarm"
        assert begin(folder).code == Exit.OK
    else:
        with pytest.raises(Killed):
            go_on(folder, killed_at(moment % 5))
        ended = go_on(folder)
        assert ended.code == Exit.OK and ended.table and len(ended.table.rows) == len(MEMBERS)
    check_complete(folder, swarm, registry)


@pytest.mark.parametrize("step", ["deliver", "write_bytes", "_replace", "Ledger.append"])
def test_a_client_that_is_killed_while_it_takes_a_result_takes_it_again(
    folder: Path,
    swarm: PretendedSwarm,
    registry: TinyRegistry,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    def kill(*_words: object) -> None:
        raise Killed

    with monkeypatch.context() as once:
        once.setattr(f"pipeline.swarm.result.{step}", kill)
        with pytest.raises(Killed):
            begin(folder)
    ended = go_on(folder)
    assert ended.code == Exit.OK and ended.table and all(row.rank for row in ended.table.rows)
    check_complete(folder, swarm, registry)


@pytest.mark.parametrize("step", ["forget_all", "tidy", "over"])
def test_a_client_that_is_killed_while_it_clears_up_does_it_again(
    folder: Path,
    swarm: PretendedSwarm,
    registry: TinyRegistry,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    def kill(*_words: object) -> None:
        raise Killed

    with monkeypatch.context() as once:
        once.setattr(f"pipeline.swarm.attach.{step}", kill)
        with pytest.raises(Killed):
            begin(folder)
    assert go_on(folder).code == Exit.OK
    check_complete(folder, swarm, registry)


def test_a_table_tells_settings_as_they_were_when_the_sweep_was_started(
    folder: Path, swarm: PretendedSwarm
) -> None:
    path = folder / "paddock.toml"
    text = path.read_text().replace(
        "[sweep.matrix]\ntrain.seed = [1, 2]\n",
        '[[sweep.members]]\nname = "a"\ntrain.seed = 1\n[[sweep.members]]\nname = "b"\ntrain.seed = 2\n',
    )
    path.write_text(text)
    with pytest.raises(Killed):
        start(folder, Asked(Options()), {}, _killed_when_placed, StopSwitch())
    path.write_text(text.replace("seed = 1", "seed = 7").replace('name = "b"', 'name = "c"'))
    ended = go_on(folder)
    assert ended.code == Exit.OK and ended.table
    told = {row.name: row.settings for row in ended.table.rows}
    assert told == {"a": {"train.seed": 1}, "b": {"train.seed": 2}}


@pytest.mark.parametrize("by", [go_on, lambda folder: stop(folder, {})], ids=["attach", "stop"])
def test_a_sweep_is_found_though_project_and_registry_are_called_otherwise_by_now(
    folder: Path,
    swarm: PretendedSwarm,
    registry: TinyRegistry,
    by: Callable[[Path], object],
) -> None:
    switch = StopSwitch()

    def leave(envelope: Envelope) -> None:
        if isinstance(envelope.event, MemberPlaced):
            switch.order(Exit.INTERRUPTED)

    assert start(folder, Asked(Options()), {}, leave, switch).code == Exit.INTERRUPTED
    path = folder / "paddock.toml"
    path.write_text(path.read_text().replace('"plates"', '"cars"').replace("/team", "/other"))
    assert load_project(folder).name == "cars"
    by(folder)
    assert swarm.wanted == {} and registry.manifests == {} and not going_on(folder / ".paddock")
    assert len([it for it in swarm.asked if not it.everywhere]) == len(MEMBERS)


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


@pytest.mark.parametrize("by", [go_on, lambda folder: remove_leftovers(load_project(folder), {})])
def test_what_clears_up_on_nodes_goes_though_its_client_was_killed_meanwhile(
    folder: Path,
    swarm: PretendedSwarm,
    monkeypatch: pytest.MonkeyPatch,
    by: Callable[[Path], object],
) -> None:
    swarm.dies = lambda member, attempt: (member, attempt) == ("seed=2", 1)
    asked = swarm.create
    with monkeypatch.context() as once:

        def kill(wanted: Wanted) -> str:
            made = asked(wanted)
            if wanted.everywhere:
                once.setattr(swarm, "remove", lambda _labels: [])
                raise Killed
            return made

        once.setattr(swarm, "create", kill)
        with pytest.raises(Killed):
            begin(folder)
    assert [it.everywhere for it in swarm.wanted.values()] == [True]
    for path in (folder / ".paddock" / "sweeps").glob("*/swarm.json") if by is not go_on else ():
        path.unlink()
    by(folder)
    assert swarm.wanted == {}


def test_an_attempt_that_finds_the_result_there_makes_nothing_again(
    folder: Path, swarm: PretendedSwarm
) -> None:
    with pytest.raises(Killed):
        start(folder, Asked(Options()), {}, _killed_when_placed, StopSwitch())
    ran = list(swarm.engine.ran)
    assert ran and swarm.attempts
    swarm.attempts.clear()  # the Swarm has given all of them up
    assert go_on(folder).code == Exit.OK
    assert swarm.engine.ran == ran


def _killed_when_placed(envelope: Envelope) -> None:
    if isinstance(envelope.event, MemberPlaced):
        raise Killed


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


def test_a_run_that_fails_is_a_result_and_is_not_tried_again(
    folder: Path, swarm: PretendedSwarm
) -> None:
    swarm.engine.breaks = lambda spec: (spec["stage"], spec["seed"]) == ("train", 2)
    ended = begin(folder)
    assert ended.code == Exit.STAGE and ended.table
    (failed,) = (row for row in ended.table.rows if row.state == "failed")
    assert failed.name == "seed=2" and failed.nodes == ("node1",)
    assert "the train stage ended with code 3" in failed.message


def test_a_result_that_is_not_what_its_digest_says_is_refused(
    folder: Path, swarm: PretendedSwarm, registry: TinyRegistry
) -> None:
    with pytest.raises(Killed):
        start(folder, Asked(Options()), {}, _killed_when_placed, StopSwitch())
    model = next(it for it in registry.blobs.values() if it.startswith(b"convert model_arm.nb"))
    name = next(key for key, data in registry.blobs.items() if data == model)
    registry.blobs[name] = model[:-1] + b"!"
    ended = go_on(folder)
    assert ended.code == Exit.INTEGRITY and ended.table
    assert {row.state for row in ended.table.rows} == {"failed"}
    assert all("gives other bytes" in row.message for row in ended.table.rows)
    assert not list(folder.glob("out.sweep/seed=*"))
    assert Ledger(folder / ".paddock" / "ledger.jsonl").entries == ()


@pytest.mark.parametrize(
    "forged",
    [
        lambda it: it.model_copy(update={"code": 77}),
        lambda it: it.model_copy(update={"code": 130}),
        lambda it: it.model_copy(update={"member": "seed=1"}),
    ],
    ids=["no-code", "no-result", "of-another"],
)
def test_an_answer_that_no_member_gives_is_refused_and_stops_no_other(
    folder: Path,
    swarm: PretendedSwarm,
    monkeypatch: pytest.MonkeyPatch,
    forged: Callable[[Answer], Answer],
) -> None:
    def answer(data: bytes) -> Answer:
        honest = parse_answer(data)
        it = forged(honest) if honest.member == "seed=2" else honest
        return parse_answer(it.dump())

    monkeypatch.setattr("pipeline.swarm.result.parse_answer", answer)
    ended = begin(folder)
    assert ended.code == Exit.INTEGRITY and ended.table
    states = {row.name: (row.state, row.code) for row in ended.table.rows}
    assert states == {"seed=1": ("done", 0), "seed=2": ("failed", 5)}
    assert not list(folder.glob("out.sweep/seed=2"))


def test_what_failed_is_put_apart_until_it_passes(folder: Path, swarm: PretendedSwarm) -> None:
    swarm.engine.apart = "nb-arm"
    assert begin(folder).code == Exit.PARITY
    assert sorted(it.parent.name for it in folder.glob("out.sweep/*/report.json")) == [
        f"{name}.failed" for name in MEMBERS
    ]
    swarm.engine.apart = ""
    assert begin(folder).code == Exit.OK
    assert sorted(it.parent.name for it in folder.glob("out.sweep/*/report.json")) == MEMBERS


@pytest.mark.parametrize("title", ["delivered/more.txt", "kept/a/file", "more.txt"])
def test_a_result_with_files_that_its_ledger_does_not_know_is_refused(
    folder: Path, swarm: PretendedSwarm, registry: TinyRegistry, title: str
) -> None:
    with pytest.raises(Killed):
        start(folder, Asked(Options()), {}, _killed_when_placed, StopSwitch())
    tag = min(it for it in registry.manifests if it.startswith("result-"))
    manifest = json.loads(registry.manifests[tag])
    more = {**manifest["layers"][0], "annotations": {TITLE: title}}
    registry.keep(tag, {**manifest, "layers": [*manifest["layers"], more]})
    ended = go_on(folder)
    assert ended.code == Exit.INTEGRITY and ended.table
    assert sorted(row.state for row in ended.table.rows) == ["done", "failed"]
    assert len(list(folder.glob("out.sweep/seed=*"))) == 1
    assert not list(folder.glob("out.sweep/*/more.txt"))


def test_detaching_says_that_the_sweep_goes_on_and_stopping_ends_it(
    folder: Path, swarm: PretendedSwarm, registry: TinyRegistry
) -> None:
    switch, heard = StopSwitch(), list[Envelope]()

    def leave(envelope: Envelope) -> None:
        heard.append(envelope)
        if isinstance(envelope.event, MemberPlaced):
            switch.order(Exit.INTERRUPTED)

    ended = start(folder, Asked(Options()), {}, leave, switch)
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


def test_two_sweeps_at_once_come_to_their_ends_one_after_the_other(
    folder: Path, swarm: PretendedSwarm, registry: TinyRegistry
) -> None:
    for _ in range(2):
        switch = StopSwitch()

        def leave(envelope: Envelope, switch: StopSwitch = switch) -> None:
            if isinstance(envelope.event, MemberPlaced):
                switch.order(Exit.INTERRUPTED)

        assert start(folder, Asked(Options()), {}, leave, switch).code == Exit.INTERRUPTED
    newest, oldest = (it.name for it in going_on(folder / ".paddock"))
    for name in (newest, oldest):
        ended = go_on(folder)
        assert ended.code == Exit.OK and ended.table and ended.table.sweep == name
        assert {row.state for row in ended.table.rows} == {"done"}
    assert swarm.wanted == {} and registry.manifests == {} and not going_on(folder / ".paddock")
    ledger = Ledger(folder / ".paddock" / "ledger.jsonl")
    assert not ledger.broken and len(ledger.conclusions) == 2 * len(MEMBERS)


def test_what_was_changed_here_keeps_a_result_waiting_and_loses_none(
    folder: Path, swarm: PretendedSwarm, registry: TinyRegistry
) -> None:
    assert begin(folder).code == Exit.OK
    mine = folder / "out.sweep" / "seed=1" / "report.md"
    before = mine.read_bytes()
    mine.write_text("mine")
    heard: list[Envelope] = []
    assert begin(folder, heard).code == Exit.INTEGRITY and swarm.wanted == {}, "before it is begun"
    mine.write_bytes(before)

    def edit(envelope: Envelope) -> None:
        if isinstance(envelope.event, MemberPlaced):
            mine.write_text("mine")

    ended = start(folder, Asked(Options()), {}, edit, StopSwitch())
    assert ended.code == Exit.INTEGRITY and mine.read_text() == "mine"
    (waits,) = going_on(folder / ".paddock")
    assert len(list((waits.own.path / "taken").iterdir())) == 1, "seed=2 is in its place"
    mine.rename(folder / "mine.md")
    ran = list(swarm.engine.ran)
    ended = go_on(folder)
    assert ended.code == Exit.OK and ended.table and swarm.engine.ran == ran
    assert {row.state for row in ended.table.rows} == {"done"}
    assert swarm.wanted == {} and registry.manifests == {}


def test_services_of_a_sweep_that_nobody_knows_are_leftovers(
    folder: Path, swarm: PretendedSwarm
) -> None:
    with pytest.raises(Killed):
        start(folder, Asked(Options()), {}, _killed_when_placed, StopSwitch())
    for path in (folder / ".paddock" / "sweeps").glob("*/swarm.json"):
        path.unlink()
    assert len(remove_leftovers(load_project(folder), {})) == len(MEMBERS)
    assert swarm.wanted == {}


def test_nobody_cleans_while_somebody_starts_a_sweep(folder: Path, swarm: PretendedSwarm) -> None:
    project = load_project(folder)
    with held(folder), pytest.raises(UsageError, match="another run"):
        remove_leftovers(project, {})


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


def test_a_project_without_a_registry_is_told_what_to_write(
    folder: Path, swarm: PretendedSwarm
) -> None:
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


def test_equal_files_make_equal_archives_whatever_their_times(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name / "sub").mkdir(parents=True)
        (tmp_path / name / "sub" / "é.txt").write_text("x" * 3000)
        (tmp_path / name / "empty").touch()
    os.utime(tmp_path / "b" / "empty", (1, 1))

    def files(name: str) -> dict[str, Path]:
        return {it: tmp_path / name / it for it in ("sub/é.txt", "empty")}

    one, other = Archive(files("a")), Archive(dict(reversed(files("b").items())))
    assert one.blob() == other.blob()
    data = one.read()
    assert len(data) == one.blob().size and other.seek(0) == 0 and other.read() == data
    (tmp_path / "x.tar").write_bytes(data)
    unpack(tmp_path / "x.tar", tmp_path / "out")
    assert (tmp_path / "out" / "sub" / "é.txt").read_text() == "x" * 3000


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x"])
def test_an_archive_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        archive.addfile(tarfile.TarInfo(name))
    with pytest.raises(IntegrityFailed):
        unpack(tmp_path / "x.tar", tmp_path / "out")
    link = tarfile.TarInfo("link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with tarfile.open(tmp_path / "y.tar", "w") as archive:
        archive.addfile(link)
    with pytest.raises(IntegrityFailed):
        unpack(tmp_path / "y.tar", tmp_path / "out")
