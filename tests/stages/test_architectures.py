"""Each kind of network through all stages: its ``.nb`` runs here and reads as the PD model.

PPLCNetV3 with SVTR (PP-OCRv5, PP-OCRv4, en_PP-OCRv4) is what the other tests train and convert.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import paddle
import pytest

from stages import convert, train, verify
from stages.errors import IntegrityError, StageError
from stages.export import from_checkpoint as export
from stages.pitfalls import Pitfall
from stages.ppocr.architectures import ARCHITECTURES, BuiltIn
from stages.ppocr.architectures.lcnetv3 import V4_MOBILE
from stages.ppocr.architectures.mobilenetv1 import V3_MOBILE
from stages.ppocr.architectures.mobilenetv3 import CRNN_LARGE, V2_MOBILE
from stages.ppocr.classifier import narrow
from stages.ppocr.config import DataPaths, Settings, dump_config, training_config
from stages.ppocr.legacy_weights import FILES
from stages.ppocr.network import build
from stages.ppocr.starting_model import read_starting_model
from stages.program.prove import random_images, run_once
from stages.text.dictionary import Dictionary
from support.legacy import ALPHANUMERIC, context, new_folder, official, predict, save_legacy
from support.lines import train_context, train_inputs

CLASSES = len(ALPHANUMERIC) + 1
WIDTH = 96
OVERRIDES = ["Train.loader.num_workers=0", "Eval.loader.num_workers=0"]
FULL = {"mode": "full", "batch_size": 2, "overrides": OVERRIDES}


def shape(built_in: BuiltIn) -> list[int]:
    return [*built_in.image_shape[:2], WIDTH]


def drawn(built_in: BuiltIn) -> Path:
    """Return the folder of an inference model of it: drawn weights, and norms that fit them."""
    folder = new_folder()
    paddle.seed(5)
    network = build(built_in.ctc(), CLASSES)
    network.train()
    noise = np.random.default_rng(5).uniform(-1, 1, (4, *shape(built_in))).astype(np.float32)
    for _ in range(8):
        network(paddle.to_tensor(noise))
    save_legacy(network, folder, [-1, *built_in.image_shape[:2], -1])
    (folder / "dict.txt").write_text("\n".join(ALPHANUMERIC) + "\n", encoding="utf-8")
    return folder


def own_yaml(built_in: BuiltIn) -> Path:
    """Return the path of a PaddleOCR configuration of it, as a user has one."""
    gone = Path("/gone")
    height, width = shape(built_in)[1:]
    settings = Settings((3, height, width), False, 25, 1, 2, 1e-3, 42)
    config = training_config(built_in, DataPaths(gone, gone, gone, gone, gone), settings)
    path = new_folder() / "own.yml"
    path.write_text(dump_config(config), encoding="utf-8")
    return path


@lru_cache(maxsize=1)
def data() -> dict[str, Path]:
    """Return the train stage's inputs without a model to start from."""
    made = train_inputs(new_folder(), 4, 4)
    return {name: path for name, path in made.items() if name != "pretrained"}


@dataclass(frozen=True)
class Run:
    """What the stages said of one architecture."""

    exported: dict[str, Any]
    rules: dict[str, int]
    nb: dict[str, Any]


def run(built_in: BuiltIn, given: dict[str, Path], **training: Any) -> Run:
    """Train an epoch, export, convert and verify."""
    folder, size = new_folder(), {"image_shape": shape(built_in), "use_space_char": False}
    trained = train_context(folder, {**data(), **given}, **{"epochs": 1, **size, **training})
    train.run(trained)
    made = {"checkpoint": "checkpoint.pdparams", "config": "config.yml"}
    files = {name: trained.output / file for name, file in made.items()}
    exported = context("export", folder, {**files, "dict": data()["dict"]}, size)
    said = export.run(exported).dump()
    pd = {key: exported.output / f"inference.{key}" for key in ("pdmodel", "pdiparams")}
    converted = context("convert", folder, pd, {"targets": ["x86"], "fp16": False})
    rules = dict(convert.run(converted).rules)
    return Run(
        said, rules, verified(folder, {**pd, "nb-x86": converted.output / "model_x86.nb"}, size)
    )


def verified(folder: Path, models: dict[str, Path], size: dict[str, Any]) -> dict[str, Any]:
    """Return what verify measured of the ``.nb``."""
    names = {"test": "val", "test_labels": "val_labels", "dict": "dict"}
    test = {name: data()[other] for name, other in names.items()}
    stage = context("verify", folder, {**test, **models}, size)
    verify.run(stage)
    parity = json.loads((stage.output / "parity.json").read_text(encoding="utf-8"))
    measured = next(model for model in parity["models"] if model["name"] == "nb-x86")
    assert isinstance(measured, dict)
    return measured


def check(found: Run, needed: str) -> None:
    """Check that nothing was lost, and that the rule was taken without which it would not run."""
    assert found.exported["max_difference"] == 0.0
    assert found.rules[needed] > 0
    assert found.nb["status"] == "measured"
    assert found.nb["agreement"] == 1.0
    assert found.nb["max_abs_diff"] < 1e-3


def test_mobilenetv1_with_svtr_goes_all_the_way_from_scratch_with_paddleocrs_trainer() -> None:
    found = run(V3_MOBILE, {}, architecture=V3_MOBILE.name, **FULL)
    check(found, "swish beta")


def test_a_users_yaml_of_a_crnn_goes_all_the_way_from_a_model_of_ones_own() -> None:
    given = {"config": own_yaml(V2_MOBILE), "pretrained": drawn(V2_MOBILE)}
    found = run(V2_MOBILE, given, architecture="own.yml")
    check(found, "scalar shape")


def test_the_large_crnn_converts_and_computes_as_the_pd_model(tmp_path: Path) -> None:
    folder = drawn(CRNN_LARGE)
    files = (folder / FILES[0], folder / FILES[1])
    inputs = {"pdmodel": files[0], "pdiparams": files[1]}
    stage = context("convert", tmp_path, inputs, {"targets": ["x86"], "fp16": False})
    convert.run(stage)
    image = random_images([CRNN_LARGE.image_shape], 1)[0]
    found = run_once("nb", (stage.output / "model_x86.nb",), image)
    assert np.abs(found - predict(files, image)).max() < 1e-5


def test_weights_of_another_architecture_are_refused_and_what_differs_is_named() -> None:
    with pytest.raises(IntegrityError, match="parameter 1 in order of use, conv2d_10") as e:
        read_starting_model(official("PP-OCRv4_mobile_rec"), V2_MOBILE.ctc())
    assert e.value.pitfall is Pitfall.SHAPE_MISMATCH


def test_frozen_training_without_weights_says_that_there_are_none() -> None:
    name = "PP-OCRv3_mobile_rec"
    size = {"image_shape": shape(ARCHITECTURES[name]), "architecture": name}
    with pytest.raises(StageError, match="frozen starts from an") as e:
        train.run(train_context(new_folder(), data(), **size))
    assert "no official weights of it are built in" in e.value.remedy


def test_the_official_pp_ocrv4_model_comes_whole_and_with_its_characters() -> None:
    """Its weights come by order of use, its characters from the dictionary beside it."""
    model = read_starting_model(official("PP-OCRv4_mobile_rec"), V4_MOBILE.ctc())
    assert (len(model.parameters), model.classes) == (234, 6625)
    assert model.characters[-1] == " "
    narrowed = narrow(model, Dictionary.load(data()["dict"], use_space_char=False))
    assert narrowed.lacking == ()


def test_without_its_dictionary_a_legacy_model_is_refused(tmp_path: Path) -> None:
    for name in FILES:
        (tmp_path / name).symlink_to(official("PP-OCRv4_mobile_rec") / name)
    with pytest.raises(IntegrityError, match=r"0 \.txt files are beside it"):
        read_starting_model(tmp_path, V4_MOBILE.ctc())
    (tmp_path / "dict.txt").write_text("a\nb\n", encoding="utf-8")
    with pytest.raises(IntegrityError, match="lists 2 characters; the model has 6625 classes") as e:
        read_starting_model(tmp_path, V4_MOBILE.ctc())
    assert e.value.pitfall is Pitfall.DICTIONARY_CLASSES


def test_a_model_that_reads_no_lines_is_refused() -> None:
    with pytest.raises(IntegrityError, match=r"not a recognition model's: .* its output"):
        read_starting_model(official("PP-OCRv4_mobile_det"), V4_MOBILE.ctc())
