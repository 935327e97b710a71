from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from stages import train
from stages.contract import Metric, Progress
from stages.errors import IntegrityError, StageError, Stopped
from stages.export import from_checkpoint as export
from stages.pitfalls import Pitfall
from stages.ppocr.checkpoint import load_parameters, save_parameters
from stages.ppocr.dictionary_record import trained_lines
from support.legacy import ALPHANUMERIC, context, new_folder
from support.lines import Stopping, train_context, train_inputs
from support.processes import forked

SHAPE = [3, 48, 160]
OVERRIDES = ["Train.loader.num_workers=0", "Eval.loader.num_workers=0"]
FULL: dict[str, Any] = {
    "mode": "full",
    "image_shape": SHAPE,
    "epochs": 2,
    "batch_size": 2,
    "learning_rate": 1e-4,
    "overrides": OVERRIDES,
}


@lru_cache(maxsize=1)
def inputs() -> dict[str, Path]:
    return train_inputs(new_folder(), 2, 2)


class StoppedInEpoch(Stopping):
    """A context that is told to stop as soon as the given epoch has begun."""

    epoch = 2

    @property
    def stopping(self) -> bool:
        return any(
            isinstance(event, Progress) and f"epoch {self.epoch}/" in event.note
            for event in self.events
        )

    @stopping.setter
    def stopping(self, value: bool) -> None:
        """Stay with what the events say."""


@lru_cache(maxsize=1)
def trained() -> tuple[Stopping, Stopping, dict[str, Any]]:
    """Train two epochs with a stop in the second; return both starts and the metrics.

    What is told to stop has been started as every test's processes are, what goes on is forked.
    """
    folder = new_folder()
    plain = train_context(folder, inputs(), **FULL)
    first = StoppedInEpoch(plain.spec, plain.output)
    with pytest.raises(Stopped):
        train.run(first)
    second = train_context(folder, inputs(), **FULL)
    with forked():
        return first, second, train.run(second).dump()


@pytest.mark.real_processes
def test_it_goes_on_from_the_last_whole_epoch() -> None:
    _, second, metrics = trained()
    assert any("goes on from iter_epoch_1" in message for message in second.warnings())
    assert metrics["epochs_run"] == 2
    assert metrics["stopped_because"] == "all epochs done"


def test_its_metrics_are_live_and_count_on() -> None:
    first, second, metrics = trained()
    losses = [e for e in first.events if isinstance(e, Metric) and e.name == "train_loss"]
    assert losses[0].step == 1
    after = [e for e in second.events if isinstance(e, Metric) and e.name == "train_loss"]
    assert after[-1].step > losses[0].step
    assert 0.0 <= metrics["accuracy"] <= 1.0
    assert metrics["samples_per_s"] > 0


def test_it_starts_from_official_weights_that_already_read() -> None:
    """Weights that were lost on the way would start with a loss of 60 and more."""
    first, _, _ = trained()
    losses = [e.value for e in first.events if isinstance(e, Metric) and e.name == "train_loss"]
    assert losses[0] < 20


def test_the_first_training_loss_is_near_what_evaluation_says_before_it() -> None:
    """PaddleOCR's own trainer in its first step, on augmented images, against our evaluation."""
    _, _, metrics = trained()
    assert metrics["first_train_loss"] < metrics["start_val_loss"] + 3


def test_what_learned_is_counted_from_the_first_start() -> None:
    _, _, metrics = trained()
    learned, parameters = metrics["learned"], metrics["parameters"]
    assert parameters["backbone"] > 100
    assert learned["backbone"] > 0
    assert learned["head"] == parameters["head"] == 2


def test_its_checkpoint_is_exported() -> None:
    _, second, _ = trained()
    files = {
        "checkpoint": second.output / "checkpoint.pdparams",
        "config": second.output / "config.yml",
        "dict": inputs()["dict"],
    }
    parameters = {"image_shape": SHAPE, "use_space_char": False}
    made = export.run(context("export", new_folder(), files, parameters))
    assert made.parameters_compared == 234


def test_weights_of_another_network_are_refused_before_training(tmp_path: Path) -> None:
    _, second, _ = trained()
    weights = load_parameters(second.output / "checkpoint.pdparams")
    name = next(name for name in weights if name.startswith("backbone."))
    weights[name] = weights[name][:-1]
    save_parameters(tmp_path / "x.pdparams", weights)
    given = {**inputs(), "pretrained": tmp_path / "x.pdparams"}
    with pytest.raises(IntegrityError, match=name):
        train.run(train_context(tmp_path, given, **FULL))


def test_an_override_of_what_paddock_decides_is_refused(tmp_path: Path) -> None:
    changes = {**FULL, "overrides": ["Global.checkpoints=/x"]}
    with pytest.raises(StageError, match="set by Paddock"):
        train.run(train_context(tmp_path, inputs(), **changes))


def test_a_yaml_that_prepares_images_in_another_way_is_refused_before_training(
    tmp_path: Path,
) -> None:
    train_yaml = yaml.safe_load((trained()[1].output / "config.yml").read_text(encoding="utf-8"))
    train_yaml["Eval"]["dataset"]["transforms"][0] = {"DecodeImage": {"img_mode": "RGB"}}
    path = tmp_path / "own.yml"
    path.write_text(yaml.safe_dump(train_yaml), encoding="utf-8")
    run = train_context(tmp_path, {**inputs(), "config": path}, **FULL)
    with pytest.raises(IntegrityError, match="channel_order: RGB; this project says BGR") as e:
        train.run(run)
    assert e.value.pitfall is Pitfall.RGB_FOR_BGR


def test_a_yaml_whose_export_would_have_another_height_is_refused_before_training(
    tmp_path: Path,
) -> None:
    train_yaml = yaml.safe_load((trained()[1].output / "config.yml").read_text(encoding="utf-8"))
    train_yaml["Architecture"]["algorithm"] = "CRNN"
    path = tmp_path / "own.yml"
    path.write_text(yaml.safe_dump(train_yaml), encoding="utf-8")
    run = train_context(tmp_path, {**inputs(), "config": path}, **FULL)
    with pytest.raises(IntegrityError, match=r"PaddleOCR's export .* height: 32; .* 48") as e:
        train.run(run)
    assert e.value.pitfall is Pitfall.WRONG_HEIGHT
    assert e.value.remedy == "set image_shape = [3, 32, 160]"


def test_the_configuration_carries_the_dictionary() -> None:
    text = (trained()[1].output / "config.yml").read_text(encoding="utf-8")
    assert trained_lines(yaml.safe_load(text)) == list(ALPHANUMERIC)
