"""A sweep on an engine: what is shared is made once, a killed one goes on, who fails stops no other."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from pipeline.record.ledger import Ledger
from support.projects import write_project
from support.runs import Done, Live, changed
from support.scene import Scene
from support.second_engine import Machine
from support.stand_ins import PROJECT

pytestmark = [pytest.mark.docker, pytest.mark.images]

#: No stage of the last member can start: it has less memory than Python takes.
SWEEP = """
[limits]
cpus = 0.5
memory = "256m"
[sweep.matrix]
train.seed = [1, 2]
[[sweep.members]]
name = "starved"
train.seed = 9
limits.memory = "6m"
"""
GOOD = ["seed=1", "seed=2"]


def sweep(scene: Scene, *words: str) -> Live:
    return Live(scene.folder, *words, environ=scene.environ, command=("sweep", "run"))


def started(done: Done) -> list[tuple[str, str]]:
    return [(it["stage"], it["member"]) for it in done.of("stage-started")]


def test_killed_or_stopped_sweep_goes_on_and_a_member_that_fails_stops_no_other(
    machine: Machine, tmp_path: Path
) -> None:
    scene = Scene(machine, write_project(tmp_path / "p", PROJECT + SWEEP))
    with changed(scene.folder, "[data]\n", "[data]\nmax_text_length = 30\n"):
        assert scene.go(until="data").code == 0, "now there are volumes to put an order into"
    with scene.ordered("data", "hold"), sweep(scene, "--jobs", "2") as live:
        while "another member is making the same" not in live.wait_for("note", "data")["message"]:
            pass
        if not live.has_said("progress", "data"):
            live.wait_for("progress", "data")
        live.send(signal.SIGKILL)
        killed = live.finish()
    assert len(started(killed)) == 1, "the other member waited for it"

    with scene.ordered("train", "hold"), sweep(scene, "--jobs", "2") as live:
        at_it = {live.wait_for("progress", "train")["member"] for _ in GOOD}
        live.send(signal.SIGINT)
        stopped = live.finish()
    assert f"took over from a run that died (pid {pid_of(killed)} on " in stopped.notes()
    assert at_it == {*GOOD} and stopped.code == 130, stopped.stderr
    ended = {it.get("member", ""): it["code"] for it in stopped.of("run-finished")}
    assert ended == {"": 130, **dict.fromkeys(GOOD, 130)}, "the last member was not begun"
    assert [stage for stage, _member in started(stopped)].count("data") == 1
    assert scene.containers() == []

    with sweep(scene, "--jobs", "2") as live:
        done = live.finish()
    assert done.code == 3 and "took over" not in done.notes(), done.stderr
    ran = started(done)
    assert {member for stage, member in ran if stage == "train"} == {*GOOD, "starved"}
    (failed,) = done.of("run-failed")
    assert failed["member"] == "starved" and "train" in failed["message"]
    for name in GOOD:
        assert (scene.folder / "out.sweep" / name / "SHA256SUMS").is_file()
    assert not (scene.folder / "out.sweep" / "starved").exists()
    assert scene.containers() == []
    ledger = Ledger(scene.folder / ".paddock" / "ledger.jsonl")
    assert not ledger.broken and len(ledger.conclusions) == len(GOOD)

    with sweep(scene, "--locked", *(word for name in GOOD for word in ("--member", name))) as live:
        again = live.finish()
    assert again.code == 0 and started(again) == [], again.stderr


def pid_of(done: Done) -> int:
    return int(next(it["pid"] for it in done.of("run-started") if not it.get("member")))
