"""Exported with the configuration of another training: the description that ships is not the model's."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

from stages.pitfalls import Pitfall
from support import bare
from support.caught import check_refused
from support.export_stage import export
from support.small import SHAPE, Data, trained

WIDER = [SHAPE[0], SHAPE[1], 2 * SHAPE[2]]


def other_configuration(folder: Path) -> Data:
    """Copy the training's configuration, for images twice as wide."""
    folder.mkdir(exist_ok=True)
    shutil.copyfile(trained().data.config, folder / "config.yml")
    other = Data(folder)
    config = yaml.safe_load(other.config.read_text(encoding="utf-8"))
    transforms = config["Eval"]["dataset"]["transforms"]
    next(item for item in transforms if "RecResizeImg" in item)["RecResizeImg"] = {
        "image_shape": WIDER
    }
    other.reconfigure(Eval__dataset__transforms=transforms, Global__d2s_train_image_shape=WIDER)
    return other


def test_by_hand_the_export_describes_images_that_the_model_never_saw(tmp_path: Path) -> None:
    other = other_configuration(tmp_path)
    done = bare.paddleocr(
        "export_model.py", other.config,
        pretrained_model=trained().checkpoint.with_suffix(""), save_inference_dir="inference",
    )  # fmt: skip
    assert done.code == 0
    text = (tmp_path / "inference/inference.yml").read_text(encoding="utf-8")
    transforms = yaml.safe_load(text)["PreProcess"]["transform_ops"]
    assert {"RecResizeImg": {"image_shape": WIDER}} in transforms


def test_paddock_refuses_before_anything_is_exported(tmp_path: Path) -> None:
    done = export(tmp_path, {"config": other_configuration(tmp_path / "other").config})
    said = ("training configuration", "image_shape", str(WIDER), str(SHAPE))
    check_refused(done, 5, Pitfall.OTHER_CONFIGURATION, *said)
