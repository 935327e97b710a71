"""A frozen fine-tune of the official PP-OCRv5 model, from images to a verified .nb, on few lines."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from support.runs import Done, Live, Site, changed, run
from two_runs import artifacts, differences

pytestmark = [pytest.mark.docker, pytest.mark.images, pytest.mark.slow]

TEXT = """
[project]
name = "training"

[data]
train = ["train.txt"]
val = ["val.txt"]
test = ["test.txt"]
dictionary = "data/dict.txt"

[train]
mode = "frozen"
epochs = 2
batch_size = 16

[verify]
min_accuracy = 0.5
"""


@pytest.fixture(scope="module")
def folder(site: Site, lines: Path) -> Path:
    return site.project("training", TEXT, {"data": lines})


@pytest.fixture(scope="module")
def through(folder: Path) -> Done:
    """Run the project once."""
    done = run(folder, timeout=900)
    assert done.code == 0, (done.events[-3:], done.stderr)
    return done


def test_it_learns_and_parity_holds(folder: Path, through: Done) -> None:
    report: dict[str, Any] = json.loads((folder / "out" / "report.json").read_text("utf-8"))
    models = {model["name"]: model for model in report["models"]}
    assert report["verdict"] == "pass" and report["images"] == 60
    assert models["pd"]["accuracy"] >= 0.8
    for name in ("checkpoint", "nb-x86"):
        assert models[name]["agreement"] == 1.0
        assert models[name]["max_abs_diff"] < 1e-3
    assert report["dictionary"]["classes"] == 37
    subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], check=True, cwd=folder / "out")


def test_another_run_from_nothing_makes_the_same_bytes(
    site: Site, lines: Path, folder: Path, through: Done
) -> None:
    """Checkpoint, PD, both .nb, dictionary, lock, and the report without its times."""
    again = site.project("training-again", TEXT, {"data": lines})
    assert run(again, timeout=900).code == 0
    made = artifacts(again)
    assert {"train/checkpoint.pdparams", "convert/model_arm.nb", "data/dict.txt"} <= made.keys()
    assert differences(folder, again) == []


def test_training_shows_its_curve(through: Done) -> None:
    names = {event["name"] for event in through.of("metric", "train")}
    assert any("loss" in name for name in names)
    assert any("acc" in name for name in names)
    assert through.of("progress", "train")


def test_second_run_is_cached(through: Done, folder: Path) -> None:
    again = run(folder)
    assert again.code == 0
    assert again.stages("stage-cached") == ["data", "train", "export", "convert", "verify"]


def test_stopped_training_goes_on_where_it_was(site: Site, folder: Path, through: Done) -> None:
    with changed(folder, "epochs = 2", "epochs = 3"):
        with Live(folder, "--until", "train") as live:
            live.wait_for("metric", "train", timeout=600)
            live.send(signal.SIGINT)
            assert live.finish().code == 130
        assert site.containers(folder) == []
        after = run(folder, "--until", "train", timeout=900)
    assert after.code == 0 and after.stages("stage-started") == ["train"]
