"""Weights whose shape does not fit are left out with a warning, and random ones are exported."""

from __future__ import annotations

import shutil
from pathlib import Path

from stages.pitfalls import Pitfall
from stages.ppocr.checkpoint import load_parameters
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
