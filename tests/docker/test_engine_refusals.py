"""What the engine lacks is said before anything starts; what was made can be removed again."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest
from docker import DockerClient

from pipeline.compose.file import REPOSITORY
from pipeline.engine.connection import Engine
from pipeline.project import load_project
from pipeline.run.connect import connect
from pipeline.run.prepare import prepare
from support.cli import paddock
from support.given import WEIGHTS, program, tensors
from support.runs import Files, Site, first_lines

pytestmark = [pytest.mark.docker, pytest.mark.images]

TEXT = """
[project]
name = "refusals"

[data]
test = ["test.txt"]
dictionary = "dict.txt"

[export]
model = "pd"
"""


ON_GPUS = """
[project]
name = "gpus"
kernels = "native"

[data]
train = ["train.txt"]
val = ["val.txt"]
test = ["test.txt"]
dictionary = "dict.txt"

[model]
pretrained = ""

[train]
mode = "full"
device = "gpu"
devices = 64
"""


@pytest.fixture(scope="module")
def folder(site: Site, lines: Path) -> Path:
    files: Files = {
        "data/test": lines / "test",
        "data/test.txt": first_lines(lines / "test.txt", 2),
        "dict.txt": lines / "dict.txt",
        "pd/inference.pdmodel": program(WEIGHTS, classes=37),
        "pd/inference.pdiparams": tensors(WEIGHTS),
    }
    return site.project("refusals", TEXT, files)


def copy_without(root: Path, *services: str) -> Path:
    """Make a copy of the program whose compose.yaml names images of ``services`` that are not there."""
    for name in ("stages", "pipeline", "tui"):
        shutil.copytree(REPOSITORY / name, root / name)
    compose = (REPOSITORY / "compose.yaml").read_text(encoding="utf-8")
    for service in services:
        assert f"paddock-{service}:3.1.1" in compose
        compose = compose.replace(f"paddock-{service}:3.1.1", f"paddock-{service}:of-a-test")
    (root / "compose.yaml").write_text(compose, encoding="utf-8")
    return root


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A copy of the program that has no convert image."""
    return copy_without(tmp_path, "convert")


def run_copy(root: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tui.cli", *map(str, words)],
        check=False,
        capture_output=True,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )


@pytest.mark.parametrize("words", [["--batch"], ["plan"]])
def test_missing_image_is_named_before_anything_starts(
    site: Site, folder: Path, elsewhere: Path, words: list[str]
) -> None:
    done = run_copy(elsewhere, *words, folder)
    assert done.returncode == 4 and done.stdout == ""
    assert done.stderr.count("error:") == 1 and "Traceback" not in done.stderr
    assert "the convert stage needs the image paddock-convert:of-a-test" in done.stderr
    assert "paddock images build convert" in done.stderr
    assert site.containers(folder) == []


def test_gpus_that_the_engine_cannot_give_are_said_before_anything_starts(
    site: Site, lines: Path
) -> None:
    """No machine has 64: with a GPU it is told that these are fewer, without one what is missing for one."""
    files: Files = {"data": lines, "dict.txt": lines / "dict.txt"}
    folder = site.project("gpus", ON_GPUS, files)
    done = paddock("plan", folder, environ={})
    assert done.returncode == 4 and done.stdout == ""
    assert any(f"nvidia-{word}" in done.stderr for word in ("ctk", "smi")), done.stderr
    assert "error:" in done.stderr and site.containers(folder) == []


def test_a_project_that_starts_from_a_pd_model_needs_no_image_to_train_or_export(
    folder: Path, tmp_path: Path
) -> None:
    done = run_copy(copy_without(tmp_path, "train", "export"), "plan", "--json", folder)
    assert done.returncode == 0, done.stderr
    actions = {step["stage"]: step["action"] for step in json.loads(done.stdout)}
    assert (actions["train"], actions["export"]) == ("skip", "skip")


def test_the_processor_is_the_same_asked_here_or_inside_and_asking_leaves_nothing(
    folder: Path, client: DockerClient, tmp_path: Path
) -> None:
    elsewhere = shutil.copytree(folder, tmp_path / "p")  # a project that nothing was made for yet
    connected = connect(load_project(elsewhere), os.environ, make=False)
    place = prepare(connected, frozenset(), lambda _text: None).place
    with mock.patch.object(Engine, "is_here", return_value=False):
        told = place.processor()
    assert told == place.processor() != ""
    made = {it.name for it in client.volumes.list()}
    assert made.isdisjoint(place.workspace.volumes.values()), "a plan makes nothing"


def test_doctor_names_the_missing_image(elsewhere: Path) -> None:
    done = run_copy(elsewhere, "doctor")
    assert done.returncode == 4
    assert "images: missing: convert" in done.stdout and "paddock images build" in done.stdout


def test_doctor_is_content_with_this_machine() -> None:
    done = paddock("doctor", environ={})
    assert done.returncode == 0, done.stdout
    assert "✘" not in done.stdout


def test_clean_with_volumes_leaves_nothing(site: Site, folder: Path) -> None:
    assert paddock("--batch", "--until", "data", folder, environ={}).returncode == 0
    volumes = site.volumes(folder)
    assert len(volumes) == 2
    done = paddock("clean", "--volumes", folder, environ={})
    assert done.returncode == 0
    assert all(f"removed {name}" in done.stdout for name in volumes)
    assert site.volumes(folder) == site.containers(folder) == []
    assert "nothing was left behind" in paddock("clean", "--volumes", folder, environ={}).stdout


def test_replaced_workspace_runs_again_and_says_so(site: Site, folder: Path) -> None:
    assert paddock("--batch", "--until", "data", folder, environ={}).returncode == 0
    assert paddock("clean", "--volumes", folder, environ={}).returncode == 0
    plan = json.loads(paddock("plan", "--json", folder, environ={}).stdout)
    assert plan[0]["reason"] == "the workspace volume is another one"
    assert paddock("--batch", "--until", "data", folder, environ={}).returncode == 0


def test_stage_cannot_reach_out(client: DockerClient, site: Site, folder: Path) -> None:
    """What a stage's container is allowed, as the engine itself tells it while one runs."""
    command = [sys.executable, "-m", "tui.cli", "--batch", "--force", "data", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        seen = None
        while process.poll() is None and seen is None:
            for name in site.containers(folder):
                if "-data-" in name:
                    seen = client.api.inspect_container(name)
        process.communicate()
    assert seen is not None
    host, config = seen["HostConfig"], seen["Config"]
    assert host["NetworkMode"] == "none" and host["ReadonlyRootfs"] and host["Init"]
    assert host["CapDrop"] == ["ALL"] and host["SecurityOpt"] == ["no-new-privileges"]
    assert host["Memory"] and host["PidsLimit"] and host["NanoCpus"]
    assert config["User"] == "10001:10001"
    assert {"paddock.project", "paddock.run", "paddock.stage"} <= set(config["Labels"])
    mounts = {item["Destination"]: item for item in seen["Mounts"]}
    assert set(mounts) == {"/paddock", "/paddock/inputs"}
    assert not mounts["/paddock/inputs"]["RW"]
    assert all(item["Type"] == "volume" for item in mounts.values())
