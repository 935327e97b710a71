"""A frozen fine-tune of the official PP-OCRv5 model, from images to a verified .nb, on few lines."""

import signal
import subprocess
from pathlib import Path

import pytest

from support.runs import Done, Files, Live, Site, first_lines, report_of, run
from two_runs import artifacts, differences, without_times

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
epochs = 4
batch_size = 16

[verify]
min_accuracy = 0.5
"""
#: Lines: enough steps to be stopped between them, and few images whose features are computed.
TRAIN, VAL, TEST = 64, 16, 20


@pytest.fixture(scope="module")
def files(lines: Path) -> Files:
    """Few images: what each of them is read as, or gives as features, takes the longest."""
    counts = {"train": TRAIN, "val": VAL, "test": TEST}
    labels = {
        f"data/{split}.txt": first_lines(lines / f"{split}.txt", count)
        for split, count in counts.items()
    }
    return {"data": lines, **labels}


@pytest.fixture(scope="module")
def folder(site: Site, files: Files) -> Path:
    return site.project("training", TEXT, files)


@pytest.fixture(scope="module")
def through(folder: Path) -> Done:
    """Run the project once."""
    done = run(folder, timeout=900)
    assert done.code == 0, (done.events[-3:], done.stderr)
    return done


def test_it_learns_and_parity_holds(folder: Path, through: Done) -> None:
    report = report_of(folder)
    models = {model["name"]: model for model in report["models"]}
    assert report["verdict"] == "pass" and report["images"] == TEST
    assert models["pd"]["accuracy"] >= 0.8
    for name in ("checkpoint", "nb-x86"):
        assert models[name]["agreement"] == 1.0
        assert models[name]["max_abs_diff"] < 1e-3
    assert report["dictionary"]["classes"] == 37
    subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], check=True, cwd=folder / "out")


def test_training_shows_its_curve(through: Done) -> None:
    names = {event["name"] for event in through.of("metric", "train")}
    assert any("loss" in name for name in names)
    assert any("acc" in name for name in names)
    assert through.of("progress", "train")


def test_second_run_is_cached(through: Done, folder: Path) -> None:
    again = run(folder)
    assert again.code == 0
    assert again.stages("stage-cached") == ["data", "train", "export", "convert", "verify"]


def test_another_run_that_was_stopped_goes_on_and_makes_the_same_bytes(
    site: Site, files: Files, folder: Path, through: Done
) -> None:
    """From nothing: checkpoint, PD, both .nb, dictionary, lock, and the report without its times."""
    again = site.project("training-again", TEXT, files)
    with Live(again) as live:
        live.wait_for("metric", "train", timeout=600)
        live.send(signal.SIGINT)
        assert live.finish().code == 130
    assert site.containers(again) == []
    after = run(again, timeout=900)
    assert after.code == 0
    assert after.stages("stage-started") == ["train", "export", "convert", "verify"]
    made = artifacts(again)
    assert {"train/checkpoint.pdparams", "convert/model_arm.nb", "data/dict.txt"} <= made.keys()
    told = {"report.json: stages differs", "report.json: training differs"}
    assert set(differences(folder, again)) == told
    whole, resumed = without_times(report_of(folder)), without_times(report_of(again))
    every = TRAIN + VAL
    for report, computed in ((whole, every), (resumed, 0)):
        features = {"images": every, "computed": computed, "cached": every - computed}
        for said in (report["training"], report["stages"]["train"]["metrics"]):
            assert said.pop("features") == features, "what it had when it was stopped"
    assert whole["training"] == resumed["training"] and whole["stages"] == resumed["stages"]
