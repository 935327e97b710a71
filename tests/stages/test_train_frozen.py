from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stages import convert, train
from stages.contract import Metric, Progress
from stages.errors import IntegrityError, StageError, Stopped
from stages.export import from_checkpoint as export
from stages.frozen.average import averaged
from stages.ppocr.checkpoint import load_parameters
from support.legacy import ALPHANUMERIC, context, new_folder, official
from support.lines import Stopping, train_context, train_inputs

LINES, READ = 16, 8
#: Half as wide as the network is made for, and batches of half as many lines: half of the time.
SMALL: dict[str, Any] = {"image_shape": [3, 48, 160], "batch_size": 8}
LACKING = "\u1200"


@lru_cache(maxsize=1)
def inputs() -> dict[str, Path]:
    return train_inputs(new_folder(), LINES, READ)


@lru_cache(maxsize=1)
def lacking() -> tuple[Stopping, dict[str, Path]]:
    """Train an epoch on lines of which one has a character that the official dictionary lacks."""
    made = train_inputs(new_folder(), READ, READ)
    labels = made["train_labels"].read_text(encoding="utf-8").splitlines()
    labels[0] = f"{labels[0][:-1]}{LACKING}"
    made["train_labels"].write_text("\n".join(labels) + "\n", encoding="utf-8")
    with made["dict"].open("a", encoding="utf-8") as stream:
        stream.write(f"{LACKING}\n")
    run = train_context(new_folder(), made, **SMALL, epochs=1)
    train.run(run)
    return run, made


@lru_cache(maxsize=1)
def trained() -> tuple[Stopping, dict[str, Any]]:
    """Train once, without a stop, for all tests that look at the result."""
    run = train_context(new_folder(), inputs(), **SMALL)
    return run, train.run(run).dump()


def values(run: Stopping, name: str) -> list[float]:
    return [e.value for e in run.events if isinstance(e, Metric) and e.name == name]


def test_training_makes_the_loss_smaller_and_is_kept() -> None:
    run, metrics = trained()
    losses, accuracies = values(run, "train_loss"), values(run, "val_accuracy")
    assert len(losses) == 2
    assert losses[-1] < losses[0]
    assert len(accuracies) == 3
    assert metrics["accuracy"] == accuracies[metrics["best_epoch"]]
    assert metrics["best_epoch"] > 0
    assert metrics["epochs_run"] == 2
    assert metrics["stopped_because"] == "all epochs done"
    assert metrics["samples_per_s"] > 0


def test_training_that_diverges_names_the_learning_rate() -> None:
    run = train_context(new_folder(), inputs(), **SMALL, learning_rate=1e30)
    with pytest.raises(StageError, match="training diverged: the loss is") as caught:
        train.run(run)
    assert caught.value.where == "train.learning_rate"


def test_the_first_training_loss_is_near_what_evaluation_says_before_it() -> None:
    run, metrics = trained()
    assert metrics["start_val_loss"] == values(run, "val_loss")[0]
    assert metrics["first_train_loss"] == pytest.approx(metrics["start_val_loss"], abs=1.0)


def test_the_backbone_stays_and_the_rest_learns() -> None:
    _, metrics = trained()
    learned, parameters = metrics["learned"], metrics["parameters"]
    assert parameters.keys() == {"backbone", "neck", "head"} == learned.keys()
    assert learned["backbone"] == 0 < parameters["backbone"]
    assert learned["neck"] == parameters["neck"] > 0
    assert learned["head"] == parameters["head"] == 2


def test_it_leaves_checkpoint_configuration_and_curve() -> None:
    run, _ = trained()
    files = {path.name for path in run.output.iterdir() if path.is_file()}
    assert files == {"checkpoint.pdparams", "config.yml", "curve.json"}
    curve = json.loads((run.output / "curve.json").read_text(encoding="utf-8"))
    assert {point["name"] for point in curve["points"]} == {
        "train_loss",
        "val_loss",
        "val_accuracy",
        "val_ned",
        "learning_rate",
    }
    units = [event.unit for event in run.events if isinstance(event, Progress)]
    assert units == sorted(units)  # images first, then steps
    assert set(units) == {"images", "steps"}
    last = [event for event in run.events if isinstance(event, Progress)][-1]
    assert last.note == "all epochs done; writing the checkpoint" and last.epochs == 2


def test_augmented_copies_are_trained_on_and_counted() -> None:
    run = train_context(new_folder(), inputs(), **SMALL, epochs=1, copies=1)
    metrics = train.run(run)
    assert metrics.features is not None
    assert metrics.features.images == 2 * LINES + READ
    _, alone = trained()
    assert metrics.first_train_loss != alone["first_train_loss"]


def test_a_stop_between_epochs_changes_nothing_in_the_result() -> None:
    run, metrics = trained()
    folder = new_folder()
    first = train_context(folder, inputs(), **SMALL)
    first.kind, first.after = Metric, 7  # after the first epoch's loss and evaluation
    with pytest.raises(Stopped):
        train.run(first)
    second = train_context(folder, inputs(), **SMALL)
    again = train.run(second)
    assert again.accuracy == metrics["accuracy"]
    expected = load_parameters(run.output / "checkpoint.pdparams")
    found = load_parameters(second.output / "checkpoint.pdparams")
    assert all(np.array_equal(expected[key], found[key]) for key in expected)


def test_a_character_that_the_official_model_never_saw_is_told() -> None:
    run, _ = lacking()
    assert any("U+1200" in message and "mean of all" in message for message in run.warnings())


def test_a_model_of_a_character_that_the_official_model_never_saw_converts() -> None:
    run, given = lacking()
    folder, shape = new_folder(), SMALL["image_shape"]
    files = {
        "checkpoint": run.output / "checkpoint.pdparams",
        "config": run.output / "config.yml",
        "dict": given["dict"],
    }
    parameters = {"image_shape": shape, "use_space_char": False}
    exported = context("export", folder, files, parameters)
    assert export.run(exported).parameters_compared == 234
    model = {name: exported.output / f"inference.{name}" for name in ("pdmodel", "pdiparams")}
    converted = context("convert", folder, model, {"targets": ["x86"], "fp16": False})
    convert.run(converted)
    lineage = json.loads((converted.output / "lineage.json").read_text(encoding="utf-8"))
    assert lineage["models"]["nb-x86"]["classes"] == len(ALPHANUMERIC) + 2


def test_a_text_too_long_for_the_network_is_named(tmp_path: Path) -> None:
    labels = tmp_path / "train.txt"
    labels.write_text("0.png\tAB\n1.png\t" + "A" * 25 + "\n", encoding="utf-8")
    run = train_context(tmp_path, {**inputs(), "train_labels": labels})
    with pytest.raises(StageError, match=r"train.txt:2: .* needs 49 time steps, .* has 40"):
        train.run(run)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"mode": "quick"}, "allowed: frozen, full"),
        ({"device": "gpu"}, "CPU build"),
        ({"architecture": "mine"}, "not built in"),
        ({"image_shape": [3, 32, 320]}, r"found \[3, 32, 320\]"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(StageError, match=message):
        train.run(train_context(tmp_path, inputs(), **changes))


def test_without_official_weights_it_says_what_to_do(tmp_path: Path) -> None:
    without = {name: path for name, path in inputs().items() if name != "pretrained"}
    with pytest.raises(StageError, match="starts from an official inference model"):
        train.run(train_context(tmp_path, without))


def test_damaged_official_weights_are_refused(tmp_path: Path) -> None:
    damaged = tmp_path / "model"
    damaged.mkdir()
    for path in official("PP-OCRv5_mobile_rec").glob("inference.*"):
        (damaged / path.name).write_bytes(path.read_bytes())
    weights = damaged / "inference.pdiparams"
    weights.write_bytes(weights.read_bytes()[:-4])
    run = train_context(tmp_path, {**inputs(), "pretrained": damaged})
    with pytest.raises(IntegrityError, match=r"inference.pdiparams is not the file of this model"):
        train.run(run)


def test_the_average_is_of_the_later_steps_and_forgets_where_training_began() -> None:
    average = {"weight": np.zeros(3, np.float32)}
    for step in range(1, 501):
        value = 1 if step <= 50 else 2
        average = averaged(average, {"weight": np.full(3, value, np.float32)}, step)
        assert step > 50 or average["weight"] == pytest.approx(1)
    assert average["weight"].dtype == np.float32
    assert average["weight"] == pytest.approx(2 - 0.1**3, abs=2e-4)
