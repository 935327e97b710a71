"""A distillation's configuration and checkpoint, as PaddleOCR's own network of several writes them."""

from __future__ import annotations

import importlib
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import paddle
import pytest

from stages.errors import StageError
from stages.ppocr.checkpoint import load_parameters
from stages.ppocr.config import dump_config
from stages.ppocr.location import use_paddleocr
from stages.ppocr.user_config import read_config
from stages.program.params import read_parameters
from support.caught import Ended
from support.export_stage import export
from support.legacy import new_folder
from support.small import trained

CLASSES = 37


@lru_cache(maxsize=1)
def distillation() -> tuple[Path, Path]:
    """Return configuration and checkpoint of a teacher and the small trained network as its student."""
    folder, made = new_folder(), trained()
    config = read_config(made.data.config)
    network = config["Architecture"]
    treated = {"pretrained": None, "freeze_params": False, "return_all_feats": True}
    architecture: dict[str, Any] = {
        "model_type": "rec",
        "name": "DistillationModel",
        "algorithm": "Distillation",
        "Models": {name: {**treated, **deepcopy(network)} for name in ("Teacher", "Student")},
    }
    distilled: dict[str, Any] = {
        **config,
        "Architecture": architecture,
        "Loss": {
            "name": "CombinedLoss",
            "loss_config_list": [{"DistillationDMLLoss": {"weight": 1.0}}],
        },
        "PostProcess": {
            "name": "DistillationCTCLabelDecode",
            "model_name": ["Student", "Teacher"],
            "key": "head_out",
        },
        "Metric": {"name": "DistillationMetric", "base_metric_name": "RecMetric", "key": "Student"},
    }
    path = folder / "distillation.yml"
    path.write_text(dump_config(distilled), encoding="utf-8")
    use_paddleocr()
    models = deepcopy(architecture)
    for model in models["Models"].values():
        model["Head"]["out_channels"] = CLASSES
        model["in_channels"] = 3
    both = importlib.import_module("ppocr.modeling.architectures").build_model(models)
    student = load_parameters(made.checkpoint)
    both.set_state_dict({f"Student.{key}": array for key, array in student.items()})
    checkpoint = folder / "best_accuracy.pdparams"
    paddle.save(both.state_dict(), str(checkpoint))
    return path, checkpoint


def exported(run: Ended) -> dict[str, np.ndarray]:
    assert run.code == 0, run.log[-3000:]
    return read_parameters(run.output / "inference.pdmodel", run.output / "inference.pdiparams")


def test_the_student_is_exported_as_if_it_had_been_trained_alone(tmp_path: Path) -> None:
    config, checkpoint = distillation()
    plain = exported(export(tmp_path / "plain"))
    run = export(tmp_path / "student", {"config": config, "checkpoint": checkpoint})
    student = exported(run)
    assert student.keys() == plain.keys()
    assert all(np.array_equal(student[name], plain[name]) for name in plain)
    said = [event.message for event in run.warnings]
    assert (
        "distillation.yml is a distillation of the networks Teacher, Student; Student is taken, on its own"
        in said
    )
    assert "best_accuracy.pdparams holds the networks Teacher, Student; Student is taken" in said


def test_a_checkpoint_of_half_precision_is_exported_as_its_float32(tmp_path: Path) -> None:
    weights = load_parameters(trained().checkpoint)
    halved = {key: array.astype(np.float16) for key, array in weights.items()}
    path = tmp_path / "half.pdparams"
    paddle.save(halved, str(path))
    run = export(tmp_path / "run", {"checkpoint": path})
    made = exported(run)
    assert {array.dtype for array in made.values()} == {np.dtype(np.float32)}
    assert any("float16 were made float32" in event.message for event in run.warnings)


def test_a_distillation_without_a_student_is_named(tmp_path: Path) -> None:
    config = read_config(trained().data.config)
    networks = {"Teacher": config["Architecture"], "Assistant": config["Architecture"]}
    config["Architecture"] = {"name": "DistillationModel", "Models": networks}
    path = tmp_path / "own.yml"
    path.write_text(dump_config(config), encoding="utf-8")
    with pytest.raises(
        StageError, match="the networks Teacher, Assistant, and none is called Student"
    ):
        read_config(path)
