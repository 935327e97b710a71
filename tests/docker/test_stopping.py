"""Stopped or killed at any stage, a run leaves nothing behind, and the next one completes."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.cli import paddock
from support.runs import Done, Live, Site, changed, run

pytestmark = [pytest.mark.docker, pytest.mark.images]

#: What a test changes so that a stage has to run, and that no other test has changed to the same.
LENGTH = "max_text_length = 25"
TARGETS = 'targets = ["arm", "x86"]\nfp16 = false'
SHAPE = "image_shape = [3, 48, 320]"


@pytest.fixture(scope="module")
def started(official: Path) -> Path:
    """The project, with all results that the tests below start from, delivered."""
    assert run(official).of("stage-started") == []
    return official


def check_next_run_completes(site: Site, folder: Path, *words: str) -> Done:
    done = run(folder, *words)
    assert done.code == 0, (done.events[-3:], done.stderr)
    assert site.containers(folder) == []
    return done


@pytest.mark.parametrize(
    ("number", "code", "stage", "old", "new"),
    [
        (signal.SIGINT, 130, "convert", TARGETS, 'targets = ["x86", "arm"]\nfp16 = false'),
        (signal.SIGTERM, 143, "verify", SHAPE, "image_shape = [3, 48, 352]"),
    ],
)
def test_signal_stops_the_stage_and_its_container(
    site: Site, started: Path, number: signal.Signals, code: int, stage: str, old: str, new: str
) -> None:
    with changed(started, old, new):
        with Live(started) as live:
            live.wait_for("stage-started", stage)
            live.wait_for("environment", stage)
            live.send(number)
            stopped = live.finish()
        assert stopped.code == code
        assert site.containers(started) == []
        assert "the next run goes on from there" in stopped.of("run-failed")[0]["message"]
        assert stopped.events[-1]["type"] == "run-finished"
        after = check_next_run_completes(site, started, "--until", stage)
    assert after.stages("stage-started") == [stage]
    assert "took over" not in after.notes()


def test_killed_runner_is_taken_over(site: Site, started: Path) -> None:
    """While the data are looked at; at convert, stand-ins show it (faults/matrix.py: tool-killed)."""
    with changed(started, LENGTH, "max_text_length = 31"):
        with Live(started) as live:
            live.wait_for("stage-started", "data")
            live.wait_for("environment", "data")
            left = site.containers(started)
            live.send(signal.SIGKILL)
            assert live.finish().code == -signal.SIGKILL
        assert any("-data-" in name for name in left)
        after = check_next_run_completes(site, started, "--until", "data")
    assert f"took over from a run that died (pid {live.pid} on " in after.notes()
    assert after.stages("stage-started")[0] == "data"


def test_runner_killed_in_the_last_stage_is_taken_over_and_its_container_removed(
    site: Site, started: Path
) -> None:
    with changed(started, SHAPE, "image_shape = [3, 48, 384]"):
        with Live(started) as live:
            live.wait_for("environment", "verify")
            live.send(signal.SIGKILL)
            assert live.finish().code == -signal.SIGKILL
        left = site.containers(started)
        assert any("-verify-" in name for name in left), "the engine goes on without the runner"
        doctor = paddock("doctor", environ={}, cwd=started)
        assert all(name in doctor.stdout for name in left)
        after = check_next_run_completes(site, started)
    assert f"took over from a run that died (pid {live.pid} on " in after.notes()
    assert after.stages("stage-started") == ["verify"]
    for name in left:
        assert f"removed the container {name}, left by a run that died" in after.notes()


def test_clean_removes_what_a_dead_run_left(site: Site, started: Path) -> None:
    with changed(started, SHAPE, "image_shape = [3, 48, 416]"):
        with Live(started) as live:
            live.wait_for("environment", "verify")
            live.send(signal.SIGKILL)
            live.finish()
        left = site.containers(started)
        done = paddock("clean", started, environ={})
    assert done.returncode == 0 and left
    assert set(done.stdout.split("\n")) >= {f"removed {name}" for name in left}
    assert site.containers(started) == [] and len(site.volumes(started)) == 2
    assert run(started).of("stage-started") == [], "the results are still there"


def test_second_run_of_a_project_is_refused(site: Site, started: Path) -> None:
    wider = changed(started, SHAPE, "image_shape = [3, 48, 448]")
    with wider, Live(started) as live:
        live.wait_for("environment", "verify")
        before = site.containers(started)
        second = paddock("--batch", started, environ={})
        cleaning = paddock("clean", started, environ={})
        assert site.containers(started) == before, "the first run is left alone"
        assert live.finish().code == 0
    for done in (second, cleaning):
        assert done.returncode == 2 and done.stdout == ""
        assert f"another run of this project is going on (pid {live.pid} on " in done.stderr


def test_closed_output_ends_the_run_and_leaves_nothing(site: Site, started: Path) -> None:
    """Whoever reads ``paddock --batch | head`` goes away in the middle."""
    with changed(started, LENGTH, "max_text_length = 33"):
        command = [sys.executable, "-m", "tui.cli", "--batch", str(started)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None and process.stderr is not None
            assert process.stdout.readline()
            process.stdout.close()
            assert b"Traceback" not in process.stderr.read()
        assert process.returncode != 0
        assert site.containers(started) == []
        check_next_run_completes(site, started, "--until", "data")
