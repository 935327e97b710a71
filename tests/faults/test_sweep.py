"""A sweep on an engine: what is shared is made once, a killed one goes on, who fails stops no other."""

import os
import signal
from pathlib import Path

import pytest

from pipeline.record.ledger import Ledger
from pipeline.record.runlock import LOCK_NAME, run_lock, running
from pipeline.sweep.table import load_table
from support.background import nothing_left_behind, wait_until_free
from support.cli import paddock
from support.projects import write_project
from support.runs import Done, Live, changed
from support.scene import Scene
from support.screens import screens
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
TWO = """
[limits]
cpus = 0.5
memory = "256m"
[sweep.matrix]
train.seed = [1, 2]
"""


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


def test_sweep_whose_screen_is_killed_goes_on_and_is_shown_again(
    machine: Machine, tmp_path: Path
) -> None:
    scene = Scene(machine, write_project(tmp_path / "p", PROJECT + TWO))
    assert scene.go(until="data").code == 0, "now there are volumes to put an order into"
    state = scene.folder / ".paddock"
    with nothing_left_behind(state), screens() as opener, scene.ordered("train", "hold"):
        first = opener.open(scene.folder, environ=scene.environ)
        for typed, shown in (
            (b"", "8 sweep"),
            (b"8", "no sweep yet"),
            (b"r", "at once"),
            (b"r", "▶ train"),
        ):
            first.press(typed)
            first.until(shown)
        os.kill(first.pid, signal.SIGKILL)
        assert first.ended().code == -signal.SIGKILL
        who = running(state)
        assert who is not None and who.pid != first.pid

        again = opener.open("sweep", "attach", scene.folder, environ=scene.environ)
        again.until("▶ train")
        assert running(state) == who, "it is the same sweep"
        scene.release()
        again.until("2 of 2 done")
        wait_until_free(state)
        again.until("r run")  # before it has seen that, q asks what to do with the sweep
        again.press(b"q")
        assert again.left().code == 0
    assert scene.containers() == []
    lines = paddock("sweep", "attach", scene.folder, environ=scene.environ)
    assert lines.returncode == 0 and "seed=2" in lines.stdout, lines.stderr


def test_a_killed_sweep_of_several_projects_goes_on_and_one_that_is_busy_stops_no_other(
    machine: Machine, tmp_path: Path
) -> None:
    names = ("a", "b", "busy")
    limits = '[limits]\ncpus = 0.5\nmemory = "256m"\n'
    scenes = {
        name: Scene(machine, write_project(tmp_path / name, PROJECT + limits)) for name in names
    }
    (tmp_path / "sweep.toml").write_text(
        'projects = ["a", "b", "busy"]\n[matrix]\ntrain.seed = [1]\n'
    )

    def several() -> Live:
        environ = scenes["a"].environ
        return Live(tmp_path, "--jobs", "2", environ=environ, command=("sweep", "run"))

    assert scenes["a"].go(until="data").code == 0, "now there are volumes to put an order into"
    busy = tmp_path / "busy" / ".paddock" / LOCK_NAME
    with run_lock(busy), scenes["a"].ordered("train", "hold"), several() as live:
        while live.wait_for("progress", "train")["project_folder"] != "a":
            pass
        live.send(signal.SIGKILL)
        live.finish()

    with run_lock(busy), several() as live:
        done = live.finish()
    assert done.code == 2, done.stderr
    assert "took over from a run that died" in done.notes()
    ended = {
        (it["project_folder"], it.get("member", "")): it["code"] for it in done.of("run-finished")
    }
    assert ended == {(name, member): 0 for name in ("a", "b") for member in ("", "seed=1")}
    table = load_table(tmp_path / "out.sweep" / "sweep.json")
    assert [(row.project, row.state) for row in table.rows] == [
        ("a", "done"), ("b", "done"), ("busy", "failed"),
    ]  # fmt: skip
    assert "another run of this project is going on" in table.rows[-1].message
    for name in ("a", "b"):
        assert (tmp_path / name / "out.sweep" / "seed=1" / "SHA256SUMS").is_file()
        assert scenes[name].containers() == []
