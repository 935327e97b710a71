"""A user's YAML in mode "full": wider images, longer texts, a data base; and what cannot be trained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from stages import train
from stages.errors import StageError
from stages.full.steps import training_steps
from stages.ppocr.architectures import ARCHITECTURES
from stages.ppocr.architectures.lcnetv3 import V5_MOBILE
from stages.ppocr.config import dump_config
from stages.ppocr.network import build
from support.legacy import new_folder
from support.lines import train_context, train_inputs
from support.small import CRNN, SHAPE, data

FULL: dict[str, Any] = {
    "mode": "full",
    "image_shape": SHAPE,
    "epochs": 1,
    "batch_size": 2,
    "learning_rate": 1e-4,
    "overrides": ["Train.loader.num_workers=0", "Eval.loader.num_workers=0"],
}


def inputs(folder: Path) -> dict[str, Path]:
    """Return the train stage's inputs, without weights to start from."""
    given = train_inputs(folder, 4, 2)
    del given["pretrained"]
    return given


@pytest.mark.parametrize(("width", "steps"), [(320, 40), (640, 40)])
def test_pp_ocrs_backbone_has_as_many_steps_in_training_at_every_width(
    width: int, steps: int
) -> None:
    network = build(V5_MOBILE.training(25), 37)
    assert training_steps(network, [3, 48, width]) == steps
    assert not network.training, "it is given back as it was"


def test_a_crnn_has_more_steps_on_wider_images() -> None:
    network = build(CRNN, 37)
    assert training_steps(network, [3, 32, 100]) == 25
    assert training_steps(network, [3, 32, 200]) == 50


@pytest.mark.parametrize("built_in", ARCHITECTURES.values(), ids=ARCHITECTURES)
def test_every_built_in_network_tells_its_steps(built_in: Any) -> None:
    network = build(built_in.training(25), 37)
    assert training_steps(network, built_in.image_shape)


def test_a_text_that_the_network_cannot_be_trained_on_is_refused_before_the_trainer(
    tmp_path: Path,
) -> None:
    given = inputs(tmp_path)
    lines = given["train_labels"].read_text(encoding="utf-8").splitlines()
    image = lines[2].partition("\t")[0]
    lines[2] = f"{image}\t{'AB' * 25}"
    given["train_labels"].write_text("\n".join(lines) + "\n", encoding="utf-8")
    changes = {**FULL, "image_shape": [3, 48, 640], "max_text_length": 60}
    run = train_context(tmp_path, given, **changes)
    with pytest.raises(
        StageError, match=r"train.txt:3: .* needs 50 time steps, the network has 40"
    ) as e:
        train.run(run)
    assert 'mode = "frozen"' in e.value.remedy
    assert not list(run.output.rglob("*.pdparams")), "the trainer was not started"


def test_a_yaml_with_a_data_base_trains_on_label_files(tmp_path: Path) -> None:
    made = data(new_folder())
    config = yaml.safe_load(made.config.read_text(encoding="utf-8"))
    for split in ("Train", "Eval"):
        dataset = config[split]["dataset"]
        dataset.update(
            {"name": "LMDBDataSet", "data_dir": "./train_data/data_lmdb_release/training/"}
        )
        dataset.pop("label_file_list", None)
    path = tmp_path / "own.yml"
    path.write_text(dump_config(config), encoding="utf-8")
    run = train_context(tmp_path, {**inputs(tmp_path), "config": path}, **FULL)
    metrics = train.run(run).dump()
    assert metrics["epochs_run"] == 1
    assert any("LMDBDataSet is taken as SimpleDataSet" in said for said in run.warnings())
