"""PaddleOCR's YAMLs as people bring them: taken, or refused before anything starts."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from support.given import give_checkpoint, give_configuration
from support.projects import MINIMAL
from support.refused import LFS, PAGE, Prepare, planned, refusal

Transforms = Iterable[Mapping[str, Any]]


def configured(transforms: Transforms = (), **architecture: Any) -> Prepare:
    """Give a checkpoint, and a YAML with these transforms, in which these parts are exchanged."""

    def prepare(folder: Path) -> None:
        give_checkpoint(folder / "c.pdparams")
        give_configuration(folder / "own.yml", transforms, **architecture)

    return prepare


OWN = f'{MINIMAL}[model]\narchitecture = "own.yml"\n[train]\ncheckpoint = "c.pdparams"\n'
LIGHT = {"Neck": {"name": "lightsvtr"}}


@pytest.mark.parametrize(
    ("architecture", "newer"),
    [
        ({"Backbone": {"name": "PPLCNetV4", "model_size": "tiny"}}, "PPLCNetV4"),
        ({"Backbone": {"name": "PPHGNetV2_B4", "text_rec": True}}, "PPHGNetV2_B4(text_rec)"),
        ({"Neck": {"name": "SequenceEncoder", "encoder_type": "lightsvtr"}}, "lightsvtr"),
        ({"Head": {"name": "MultiHead", "head_list": [{"CTCHead": LIGHT}]}}, "lightsvtr"),
        ({"Head": {"name": "NewHead"}}, "NewHead"),
        ({"Transform": {"name": "Newer"}}, "Newer"),
    ],
)  # fmt: skip
def test_a_network_of_a_newer_paddleocr_is_named_with_what_works_instead(
    tmp_path: Path, architecture: dict[str, Any], newer: str
) -> None:
    said = refusal(tmp_path / "p", OWN, configured(**architecture))
    assert f"model.architecture: own.yml: {newer} is newer than the images' PaddleOCR 3.1.1" in said
    assert "give it as [export] model" in said and "PADDLEOCR_TREE" in said


def test_whoever_has_sources_of_their_own_is_not_told_what_they_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PADDLEOCR_TREE", "/src/PaddleOCR")
    planned(tmp_path / "p", OWN, configured(Backbone={"name": "PPLCNetV4"}))


def test_of_a_distillations_configuration_the_student_is_taken_and_said(tmp_path: Path) -> None:
    network = {"Backbone": {"name": "MobileNetV3"}, "Head": {"name": "CTCHead"}}
    models = {"Teacher": network, "Student": network}
    _, said = planned(tmp_path / "p", OWN, configured(name="DistillationModel", Models=models))
    assert said == [
        "model.architecture: own.yml is a distillation of the networks Teacher, Student; "
        "Student is taken, on its own"
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (LFS, "own.yml is a Git LFS pointer"),
        (PAGE, "own.yml is a web page"),
        (b"", "own.yml is an empty file"),
        (b"a: [1\n", "it is not plain YAML: line 2, column 1: it cannot be read from here on"),
        (b"a: !!python/name:os.system\n", "python/name:os.system, which runs code"),
        (b"Global: {}\nPreProcess: {}\n", "it is the description of an exported model, not of a training"),
        (b"Global: {}\n", "it has no section Architecture"),
    ],
)  # fmt: skip
def test_what_is_no_configuration_is_refused_at_plan_time(
    tmp_path: Path, data: bytes, said: str
) -> None:
    def prepare(folder: Path) -> None:
        give_checkpoint(folder / "c.pdparams")
        (folder / "own.yml").write_bytes(data)

    found = refusal(tmp_path / "p", OWN, prepare)
    assert "model.architecture: " in found and said in found


BGR: dict[str, Any] = {"DecodeImage": {"img_mode": "BGR"}}


@pytest.mark.parametrize(
    ("transforms", "said"),
    [
        ([BGR, {"RecResizeImg": {"image_shape": [3, 64, 256], "padding": False}}],
         "padding is none, here right"),
        ([{"DecodeImage": {"img_mode": "RGB"}}, {"RecResizeImg": {}}], "channel_order is RGB, here BGR"),
        ([BGR, {"SRNRecResizeImg": {}}], "resize is SRNRecResizeImg, here resize_norm_img"),
    ],
)  # fmt: skip
def test_images_that_are_prepared_otherwise_are_named_before_anything_starts(
    tmp_path: Path, transforms: Transforms, said: str
) -> None:
    found = refusal(tmp_path / "p", OWN, configured(transforms))
    assert "model.architecture: own.yml prepares its images otherwise than Paddock" in found
    assert said in found and "change the transforms of Train and Eval" in found


def test_images_that_are_prepared_alike_are_taken(tmp_path: Path) -> None:
    resized = {"RecResizeImg": {"image_shape": [3, 32, 100]}}
    planned(tmp_path / "p", OWN, configured([BGR, resized]))
