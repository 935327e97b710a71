"""Whatever breaks while a stage is at work: a clear end, nothing good lost, nothing left, and it goes on."""

import os
import pty
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from docker.errors import APIError

from faults.answers import ANSWERS, QUICK, Answer
from faults.matrix import CASES, Case, Fault
from pipeline.record.runs import STOPPED
from stages.contract import Progress
from support.cli import paddock
from support.patience import PATIENCE, wait_for
from support.projects import write_project
from support.proxy import Proxy
from support.runs import Done, changed, check_clean_refusal
from support.scene import Good, Scene
from support.second_engine import Machine
from support.small_disk import SmallDisk, small_disk
from support.stand_ins import PROJECT

pytestmark = [pytest.mark.docker, pytest.mark.images]

REPEATS = int(os.environ.get("PADDOCK_TEST_REPEATS", "1"))
special = pytest.mark.parametrize("repeat", range(REPEATS))


@pytest.mark.parametrize("repeat", range(REPEATS))
@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case.name, marks=[] if case.quick else [pytest.mark.matrix])
        for case in CASES
    ],
)
def test_fault(case: Case, repeat: int, scene: Scene, good: Good) -> None:
    fault, stage = case.fault, case.stage
    with scene.ordered(stage, fault.does):
        with ExitStack() as stack:
            if fault.setting:
                stack.enter_context(changed(scene.folder, "[train]", f"{fault.setting}[train]"))
            live = stack.enter_context(scene.live("--force", stage))
            live.wait_for("progress", stage)
            fault.strike(scene, live, stage)
            try:
                ended = live.finish()
            finally:
                fault.mend(scene)
        lost = good.lost(scene.good())
    went = scene.go(stage)  # whatever is asserted: no case stands on another's ruins
    check_said(fault, ended)
    assert lost == []
    assert went.code == 0, went.failures
    assert all(part in went.notes for part in fault.notes), went.notes
    assert good.lost(scene.good()) == [] and scene.leftovers(good) == []


@pytest.mark.parametrize("repeat", range(REPEATS))
@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(
            answer, id=answer.name, marks=[] if answer.name in QUICK else [pytest.mark.matrix]
        )
        for answer in ANSWERS
    ],
)
def test_answer(answer: Answer, repeat: int, proxy: Proxy, scene: Scene, good: Good) -> None:
    with proxy.making(answer.trouble):
        ended = scene.by_way_of(proxy.url).go("verify")
        met = list(proxy.met)
    lost = good.lost(scene.good())
    went = scene.go("verify")
    assert met, "no such request was made"
    said = [f"{item.message}\n{item.where}\n{item.remedy}" for item in ended.failures]
    assert ended.code == answer.code, said
    assert len(said) == bool(answer.says) and all(answer.says in text for text in said), said
    assert all(item.remedy for item in ended.failures)
    assert lost == []
    assert went.code == 0, went.failures
    assert good.lost(scene.good()) == [] and scene.leftovers(good) == []


@special
def test_stage_stops_by_itself_when_its_tool_was_killed(
    repeat: int, scene: Scene, good: Good
) -> None:
    with scene.ordered("train", "hold"), scene.live("--force", "train") as live:
        live.wait_for("progress", "train")
        container = scene.stage_container("train")
        live.send(signal.SIGKILL)
        live.finish()
        assert container.wait(timeout=PATIENCE)["StatusCode"] == 143
        assert good.lost(scene.good()) == []
    assert scene.go().code == 0, "the result of before, untouched"
    check_goes_on(scene, good, "train")


@special
def test_image_removed_in_the_middle(repeat: int, scene: Scene, good: Good) -> None:
    """Of the stage that is next."""
    with scene.ordered("data", "hold"), scene.live("--force", "data", "--force", "train") as live:
        live.wait_for("progress", "data")
        scene.remove_image("train")
        scene.release()
        ended = live.finish()
    lost = good.lost(scene.good())
    scene.make_image("train")
    check_clean_refusal(ended, 4, "the image is not there", "paddock images build")
    assert lost == []
    check_goes_on(scene, good, "train")


@special
@pytest.mark.matrix
def test_volume_removed_in_the_middle(repeat: int, scene: Scene, good: Good) -> None:
    """The engine refuses, for it is in use; the run goes on."""
    with scene.ordered("train", "hold"), scene.live("--force", "train") as live:
        live.wait_for("progress", "train")
        with pytest.raises(APIError, match="in use"):
            scene.client.volumes.get(scene.volumes["workspace"]).remove(force=True)
        scene.release()
        assert live.finish().code == 0
    check_goes_on(scene, good)


@special
@pytest.mark.matrix
def test_all_removed_after_the_tool_was_killed(repeat: int, scene: Scene, good: Good) -> None:
    """As ``docker system prune --volumes`` does: everything is made again, and delivered is what was."""
    with scene.ordered("export", "hold"), scene.live("--force", "export") as live:
        live.wait_for("progress", "export")
        live.send(signal.SIGKILL)
        live.finish()
    for name in scene.containers():
        scene.client.containers.get(name).remove(force=True)
    for volume in scene.volumes.values():
        scene.client.volumes.get(volume).remove(force=True)
    check_goes_on(scene, good)


@special
@pytest.mark.matrix
def test_engine_full_before_the_run(repeat: int, scene: Scene, good: Good) -> None:
    scene.machine.fill()
    went = scene.go("verify")
    scene.machine.empty()
    (failure,) = went.failures
    assert went.code in (3, 4) and failure.remedy.startswith("free space"), failure
    assert good.lost(scene.good()) == []
    check_goes_on(scene, good, "verify")


@special
@pytest.mark.matrix
def test_two_projects_on_one_engine(repeat: int, scene: Scene, good: Good, tmp_path: Path) -> None:
    other = Scene(scene.machine, write_project(tmp_path / "other", PROJECT))
    with scene.ordered("train", "hold"), scene.live("--force", "train") as live:
        live.wait_for("progress", "train")
        assert other.go().code == 0, "its containers and volumes are its own"
        done = paddock("clean", "--volumes", other.folder, environ=other.environ)
        assert done.returncode == 0 and other.containers() == []
        scene.release()
        assert live.finish().code == 0
    check_goes_on(scene, good)


@special
@pytest.mark.matrix
def test_terminal_goes_away(repeat: int, scene: Scene, good: Good) -> None:
    with scene.ordered("convert", "hold"):
        terminal, other_end = pty.openpty()
        words = [
            sys.executable, "-m", "tui.cli", "--batch",
            str(scene.folder),
            "--force", "convert",
        ]  # fmt: skip
        with subprocess.Popen(
            ["setsid", "--ctty", *words],
            stdin=other_end,
            stdout=other_end,
            stderr=other_end,
            cwd=Path(__file__).parents[2],
            env={**os.environ, **scene.environ},
        ) as process:
            os.close(other_end)
            wait_for(lambda: scene.says(Progress, "convert"))
            os.close(terminal)
            assert process.wait(PATIENCE) == 129
        assert scene.containers() == [] and good.lost(scene.good()) == []
    check_goes_on(scene, good, "convert")


@pytest.fixture
def own(machine: Machine, tmp_path: Path) -> Iterator[tuple[Scene, SmallDisk]]:
    """A project whose stages have all run, on a small disk of its own."""
    folder = tmp_path / "p"
    seed = write_project(tmp_path / "seed", PROJECT)
    shutil.copytree(seed, folder)
    scene = Scene(machine, folder)
    with small_disk(folder, seed, "3m") as disk:
        scene.prefix, scene.seen = disk.prefix, disk.path
        with scene.live() as live:
            assert live.finish().code == 0
        yield scene, disk


@special
@pytest.mark.matrix
@pytest.mark.parametrize("stage", ["data", "verify"])
def test_project_full_in_the_middle(repeat: int, own: tuple[Scene, SmallDisk], stage: str) -> None:
    scene, disk = own
    good = scene.good()
    with scene.ordered(stage, "hold"), scene.live("--force", stage) as live:
        live.wait_for("progress", stage)
        disk.fill()
        scene.release()
        ended = live.finish()
    check_full(ended)
    assert scene.containers() == [] and good.lost(scene.good()) == []
    disk.empty()
    check_goes_on(scene, good, stage)


@special
@pytest.mark.matrix
def test_project_full_before_the_run(repeat: int, own: tuple[Scene, SmallDisk]) -> None:
    scene, disk = own
    good = scene.good()
    disk.fill()
    with scene.live() as live:
        ended = live.finish()
    check_full(ended)
    disk.empty()
    check_goes_on(scene, good)


def check_full(ended: Done) -> None:
    """Said in the record if there is room, else on stderr."""
    said = f"{ended.of('run-failed')}{ended.stderr}"
    assert ended.code == 3 and "Traceback" not in ended.stderr
    assert "No space left on device" in said and "free" in said


@special
@pytest.mark.matrix
def test_read_only_project(repeat: int, own: tuple[Scene, SmallDisk]) -> None:
    scene, disk = own
    disk.forbid_writing()
    with scene.live() as live:
        ended = live.finish()
    assert ended.code == 2 and "Traceback" not in ended.stderr
    assert "Read-only file system" in ended.stderr and str(scene.folder) in ended.stderr
    assert "run a copy of the project" in ended.stderr
    assert scene.containers() == []


def check_goes_on(scene: Scene, good: Good, *forced: str) -> None:
    went = scene.go(*forced)
    assert went.code == 0, went.failures
    assert good.lost(scene.good()) == [] and scene.leftovers(good) == []


def check_said(fault: Fault, ended: Done) -> None:
    failures = ended.of("run-failed")
    said = "\n".join(f"{item['message']}\n{item['where']}\n{item['remedy']}" for item in failures)
    assert ended.code == fault.code, (said, ended.stderr)
    assert all(item["remedy"] or item["code"] in STOPPED for item in failures)
    assert len(failures) == bool(fault.says) and "Traceback" not in ended.stderr
    assert [part for part in fault.says if part not in said] == [], said
