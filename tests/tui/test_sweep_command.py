"""``paddock sweep``: what it prints of a plan, of the members as they run, and of the table."""

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from pipeline.record.events import Noted, RunFinished
from pipeline.record.runs import sweep_folder
from pipeline.swarm.kept import Begun, SwarmSweep
from pipeline.sweep.drive import SweepEnd
from stages.contract import Exit
from support.cli import call
from support.given import give_pir
from support.pretended import PretendedEngine
from support.projects import MINIMAL, SCRATCH, write_project
from support.sweeps import SWEEP as STARTED
from support.sweeps import Script, failed, held

SWEEP = """
[sweep.matrix]
train.seed = [1, 2]
[[sweep.members]]
name = "last"
train.overrides = ["Global.x=\\u001b[2J"]
"""
pytestmark = pytest.mark.usefixtures("engine")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_project(tmp_path / "p", SCRATCH + SWEEP)


def test_a_plan_then_a_sweep_then_its_table(folder: Path, engine: PretendedEngine) -> None:
    planned = call("sweep", "plan", folder)
    assert planned.returncode == 0, planned.stderr
    lines = planned.stdout.splitlines()
    assert lines[0] == "seed=1  data make · train make · export make · convert make · verify make"
    assert lines[1].startswith("seed=2  data shared · train make")
    assert "by past runs" not in planned.stdout
    assert lines[3:6] == [
        "3 members",
        "stages: 0 cached, 13 to make, 2 made for another member",
        "shared, by how many members: data 3",
    ]
    assert (
        lines[-1] == "no past run tells how long these take: data, train, export, convert, verify"
    )
    assert engine.ran == []

    done = call("sweep", folder)  # without a word between: the folder
    assert done.returncode == 0, done.stderr
    assert "seed=2  data     ✔ cached: made in" in done.stdout
    assert "seed=1  verify   ✔ done in" in done.stdout
    assert "ranked by accuracy on the validation set" in done.stdout.replace("\n", " ")
    assert "\x1b[2J" not in done.stdout + done.stderr

    again = call("sweep", "table", folder)
    assert again.returncode == 0 and again.stdout and done.stdout.endswith(again.stdout)
    assert call("sweep", "table", folder, "--format", "md").stdout.startswith(
        "# plates: 3 members\n"
    )
    table = json.loads(call("sweep", "table", folder, "--json").stdout)
    assert table == json.loads((folder / "out.sweep" / "sweep.json").read_text())
    plan = json.loads(call("sweep", "plan", "--json", folder).stdout)
    assert (plan["make"], plan["cached"], len(plan["members"])) == (0, 15, 3)


def test_a_table_is_written_where_it_is_asked_for_and_its_links_lead_to_the_members(
    folder: Path,
) -> None:
    assert call("sweep", folder).returncode == 0
    page = folder.parent / "page.html"
    done = call("sweep", "table", folder, "--format", "html", "--output", page)
    assert done.returncode == 0 and not done.stdout, done.stderr
    text = page.read_text()
    assert f'href="{folder.name}/out.sweep/seed%3D2/report.html"' in text
    assert text != (folder / "out.sweep" / "report.html").read_text()
    assert 'href="seed%3D2/report.html"' in (folder / "out.sweep" / "report.html").read_text()
    done = call("sweep", "compare", "seed=1", "seed=2", folder, "--json", "--output", page)
    assert done.returncode == 0 and json.loads(page.read_text())["settings"]
    asked: tuple[list[str | Path], ...] = ["table", folder], ["compare", "seed=1", "seed=2", folder]
    for words in asked:
        done = call("sweep", *words, "--output", page)
        assert done.returncode == 2 and "not written into a file" in done.stderr


def test_events_carry_the_members_names(folder: Path) -> None:
    done = call("sweep", "run", folder, "--json", "--member", "seed=2")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert {event.get("member", "") for event in events} == {"", "seed=2"}
    assert [event["type"] for event in events if "member" not in event] == [
        "run-started", "sweep-planned", "member-started", "member-ended", "delivered", "run-finished",
    ]  # fmt: skip


def test_a_member_that_fails_is_named_with_its_reason(
    folder: Path, engine: PretendedEngine
) -> None:
    engine.breaks = lambda spec: (spec["stage"], spec["seed"]) == ("train", 2)
    done = call("sweep", folder)
    assert done.returncode == 3
    assert "seed=2  \nerror: the train stage ended with code 3" in done.stderr
    assert "! seed=2: the train stage ended with code 3" in done.stdout


def test_a_plan_until_a_stage_has_no_other(folder: Path) -> None:
    lines = call("sweep", "plan", folder, "--until", "train").stdout.splitlines()
    assert lines[0] == "seed=1  data make · train make"
    assert "stages: 0 cached, 4 to make, 2 made for another member" in lines


def test_a_table_that_a_later_sweep_did_not_renew_says_so(folder: Path) -> None:
    assert call("sweep", folder).returncode == 0
    assert call("sweep", "table", folder).stderr == ""
    assert call("sweep", folder, "--jobs", "99").returncode == 2
    for options in ([], ["--json"], ["--format", "md"]):
        said = call("sweep", "table", folder, *options)
        assert said.returncode == 0 and "a later one has none" in said.stderr, said.stderr


def test_a_table_from_elsewhere_drives_no_terminal(folder: Path) -> None:
    assert call("sweep", folder).returncode == 0
    path = folder / "out.sweep" / "sweep.json"
    path.write_text(path.read_text().replace("train.seed", "[red]\\u001b[2J"))
    said = call("sweep", "table", folder).stdout
    assert "[red]" in said and "\x1b" not in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["plann"], "a sweep has no 'plann'"),
        (["plan", "--member", "seed=3"], "has no member 'seed=3'; did you mean"),
        (["table"], "there is no table of a sweep yet"),
        (["run", "--locked"], "there is no lock here"),
        (["plan", "--jobs", "99"], "3 members at once need 6 CPUs"),
        (["plan", "--jobs", "0"], "--jobs: not a whole number of at least 1"),
        (["plan", "--jobs", "two"], "--jobs: not a whole number of at least 1"),
    ],
)
def test_what_cannot_be_done_is_refused(
    folder: Path, engine: PretendedEngine, words: list[str], said: str
) -> None:
    what, *options = words
    done = call("sweep", what, folder, *options)
    assert done.returncode == 2 and said in done.stderr, done.stderr
    assert engine.ran == []


def test_a_project_without_a_sweep_is_told_how_to_write_one(tmp_path: Path) -> None:
    done = call("sweep", "plan", write_project(tmp_path / "p"))
    assert done.returncode == 2 and "the project has no sweep" in done.stderr
    assert "docs/sweep.md" in done.stderr


def test_attached_in_a_pipe_a_sweep_is_lines_to_its_end_and_its_code(folder: Path) -> None:
    assert call("sweep", "attach", folder).stderr.startswith("error: there was no sweep yet")
    script = Script(("seed=1", "seed=2"), pid=7, host="there").begin("seed=1", "data", "train")
    script.write(folder)

    def go_on() -> None:
        time.sleep(0.3)
        script.of("seed=1", Noted("half of it is done"), "train").write(folder)
        time.sleep(0.5)
        script.end("seed=1").begin("seed=2").end("seed=2", **failed("seed=2"))
        script.own(RunFinished(3, 20.0)).write(folder)

    with held(folder, pid=7, host="there"):
        writer = threading.Thread(target=go_on)
        writer.start()
        live = call("sweep", "attach", folder)
        writer.join()
    assert live.returncode == 3
    lines = live.stdout.splitlines()
    assert "seed=1  data     ▶ started: never run" in lines
    assert lines.index("seed=1  train      half of it is done") < len(lines) - 1
    assert "seed=1  run      ✔ PASS in 1 min 40 s" in lines, "its last words"
    events = [
        json.loads(it) for it in call("sweep", "attach", folder, "--json").stdout.splitlines()
    ]
    assert [it["type"] for it in events if it["type"] == "member-ended"] == ["member-ended"] * 2


def test_attached_to_one_that_was_cut_short_it_says_so(folder: Path) -> None:
    Script(("seed=1", "seed=2")).begin("seed=1", "data").write(folder)
    said = call("sweep", "attach", folder)
    assert said.returncode == 3 and "paddock sweep goes on from there" in said.stderr


def test_attached_after_the_end_there_is_the_table(folder: Path) -> None:
    done = call("sweep", folder)
    said = call("sweep", "attach", folder)
    assert said.returncode == 0
    assert said.stdout.splitlines()[-8:] == done.stdout.splitlines()[-8:]


def test_looking_away_does_not_stop_it(folder: Path) -> None:
    Script(("seed=1",), pid=7, host="there").begin("seed=1", "data").write(folder)
    with held(folder, pid=7, host="there"):
        command = [sys.executable, "-m", "tui.cli", "sweep", "attach", str(folder)]
        with subprocess.Popen(command, text=True, stdout=-1, stderr=-1) as process:
            assert process.stdout and process.stderr
            while "data" not in process.stdout.readline():
                pass
            process.send_signal(signal.SIGINT)
            assert "the sweep goes on" in process.stderr.read()
        assert process.returncode == 130


def test_a_plan_advises_members_side_by_side_where_the_same_bytes_come_out(tmp_path: Path) -> None:
    text = (
        f'{MINIMAL}\n[model]\npretrained = "official"\n[limits]\ncpus = 4\n'
        "[sweep.matrix]\ntrain.seed = [1, 2, 3]\n"
    )
    folder = write_project(tmp_path / "p", text)
    give_pir(folder / "official")
    said = (
        "with limits.cpus = 1.25 in paddock.toml 3 members fit at once and keep all CPUs at work: "
        "--jobs 3; the same bytes come out"
    )
    assert said in call("sweep", "plan", folder).stdout.splitlines()
    assert json.loads(call("sweep", "plan", folder, "--json").stdout)["advice"] == said
    too_many = call("sweep", "plan", folder, "--jobs", "3")
    assert "the same bytes come out" in too_many.stderr
    file = folder / "paddock.toml"
    file.write_text(text.replace("cpus = 4", "cpus = 1"))
    lines = call("sweep", "plan", folder).stdout.splitlines()
    assert "3 members fit at once: --jobs 3" in lines
    assert json.loads(call("sweep", "plan", folder, "--json", "--jobs", "3").stdout)["advice"] == ""
    file.write_text(text.replace("[model]", '[train]\nmode = "full"\n[model]'))
    assert "--jobs" not in call("sweep", "plan", folder).stdout, "other bytes would come out"


def test_no_advice_costs_a_training_that_is_kept(tmp_path: Path) -> None:
    text = (
        f"{SCRATCH}[limits]\ncpus = 4\n"
        '[sweep.matrix]\nconvert.weights = [["float32"], ["float32", "int16"], ["int16"]]\n'
    )
    folder = write_project(tmp_path / "p", text)
    assert call("sweep", folder, "--until", "train").returncode == 0
    planned = json.loads(call("sweep", "plan", folder, "--json").stdout)
    assert planned["advice"] == "", "with other limits.cpus it would be made again, as other bytes"
    too_many = call("sweep", "plan", folder, "--jobs", "2")
    assert "training makes other bytes" in too_many.stderr


def test_stop_asks_the_process_that_runs_it_and_nobody_else(folder: Path) -> None:
    assert call("sweep", "stop", folder).stderr.startswith("error: there was no sweep yet")
    here = socket.gethostname()
    with subprocess.Popen(["sleep", "60"]) as process:
        script = Script(("seed=1",), pid=process.pid, host=here).begin("seed=1", "data")
        script.write(folder)
        over = call("sweep", "stop", folder)
        assert over.returncode == 2 and "no sweep of this project goes on" in over.stderr
        with held(folder, pid=process.pid, host=here):
            done = call("sweep", "stop", folder)
        assert done.returncode == 0 and "it stops when what runs has saved" in done.stdout
        assert process.wait() == -signal.SIGINT


def on_a_swarm(folder: Path, name: str, *, is_over: bool = False) -> None:
    """Leave the record of a sweep on a Swarm."""
    own = sweep_folder(folder / ".paddock", name)
    own.path.mkdir(parents=True, exist_ok=True)
    inputs = "r/n@sha256:" + "0" * 64
    SwarmSweep(own).begin(Begun(inputs=inputs, tool="t", plain_http=True, is_over=is_over))


@pytest.mark.parametrize("newer", ["20261122-180000-0001", "20261122-180000-0002"])
def test_one_on_a_swarm_is_reached_after_a_newer_one_came_to_nothing_or_to_its_end(
    folder: Path, monkeypatch: pytest.MonkeyPatch, newer: str
) -> None:
    Script(("seed=1",), jobs=0).begin("seed=1", "data").write(folder)
    on_a_swarm(folder, STARTED)
    if newer.endswith("2"):
        on_a_swarm(folder, newer, is_over=True)
    else:  # refused before anything was asked for
        sweep_folder(folder / ".paddock", newer).path.mkdir()
    monkeypatch.setattr("tui.commands.sweep.swarm.attach", lambda *_: SweepEnd(Exit.OK, None))
    monkeypatch.setattr("tui.commands.sweep.swarm.stop_sweep", lambda *_: ["paddock-1"])
    assert call("sweep", "attach", folder).returncode == 0
    done = call("sweep", "stop", folder)
    assert (done.returncode, done.stdout) == (0, "removed paddock-1\n"), done.stderr
