"""Weights whose shape does not fit are left out with a warning, and random ones are exported."""

from __future__ import annotations

import shutil
from pathlib import Path

from stages.pitfalls import Pitfall
from stages.ppocr.checkpoint import load_parameters, save_parameters
from stages.program.params import read_parameters
from support import bare
from support.caught import check_refused
from support.export_stage import export
from support.small import CRNN, Data, trained


def other_network(folder: Path) -> Data:
    """Copy the training's configuration, with a wider LSTM."""
    folder.mkdir(exist_ok=True)
    shutil.copyfile(trained().data.config, folder / "config.yml")
    other = Data(folder)
    other.reconfigure(Architecture={**CRNN, "Neck": {**CRNN["Neck"], "hidden_size": 32}})
    return other


def test_by_hand_random_weights_are_exported_with_exit_code_zero(tmp_path: Path) -> None:
    other = other_network(tmp_path)
    done = bare.paddleocr(
        "export_model.py", other.config,
        pretrained_model=trained().checkpoint.with_suffix(""), save_inference_dir="inference",
    )  # fmt: skip
    assert done.code == 0 and "not matched with loaded params" in done.log
    folder = tmp_path / "inference"
    exported = read_parameters(folder / "inference.pdmodel", folder / "inference.pdiparams")
    learned = load_parameters(trained().checkpoint)["head.fc.weight"]
    assert learned.shape == (48, 37)
    assert (64, 37) in [array.shape for array in exported.values()], "a classifier nobody trained"


def test_paddock_names_the_parameter_and_both_shapes(tmp_path: Path) -> None:
    done = export(tmp_path, {"config": other_network(tmp_path / "other").config})
    check_refused(done, 5, Pitfall.SHAPE_MISMATCH, "[48, 37]", "[64, 37]")


def without_a_parameter(folder: Path) -> Path:
    """Write the trained checkpoint without its classifier's weight."""
    weights = load_parameters(trained().checkpoint)
    del weights["head.fc.weight"]
    save_parameters(folder / "cut.pdparams", weights)
    return folder / "cut.pdparams"


def test_by_hand_a_parameter_that_is_not_there_is_not_even_warned_of(tmp_path: Path) -> None:
    """PaddleOCR looks for what the file has and the network lacks, not the other way round."""
    done = bare.paddleocr(
        "export_model.py", trained().data.config,
        pretrained_model=without_a_parameter(tmp_path).with_suffix(""),
        save_inference_dir=tmp_path / "inference",
    )  # fmt: skip
    assert done.code == 0
    assert "head.fc.weight" not in done.log
    assert (tmp_path / "inference/inference.pdiparams").is_file(), "with a random classifier"


def test_paddock_names_the_parameter_that_is_not_there(tmp_path: Path) -> None:
    done = export(tmp_path, {"checkpoint": without_a_parameter(tmp_path)})
    check_refused(done, 5, Pitfall.SHAPE_MISMATCH, "head.fc.weight: not in the checkpoint")
