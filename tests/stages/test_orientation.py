"""The official orientation classifier, from its legacy form to a ``.nb`` that says the same."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from stages import convert, verify
from stages.contract import Fault
from stages.errors import IntegrityError, StageError
from stages.orientation.task import ClassSanity, Orientation
from stages.preprocess import read_image
from support.legacy import Recorded, context, draw, new_folder, official

SHAPE = [3, 48, 192]
TEXTS = ("Hinge 42", "Motor 7", "Valve 118", "Gasket 3")
PARAMETERS: dict[str, Any] = {"task": "orientation", "image_shape": SHAPE}


@lru_cache(maxsize=1)
def inputs() -> dict[str, Path]:
    """Draw each text both ways round, and convert the model once."""
    folder, model = new_folder(), official("ch_ppocr_mobile_v2.0_cls")
    labels = []
    for text in TEXTS:
        upright, turned = (folder / "test" / f"{text} {angle}.png" for angle in ("0", "180"))
        draw(upright, text)
        assert cv2.imwrite(str(turned), cv2.rotate(read_image(upright), cv2.ROTATE_180))
        labels += [f"{upright.name}\t0\n", f"{turned.name}\t180\n"]
    (folder / "test.txt").write_text("".join(labels), encoding="utf-8")
    files = {name: model / f"inference.{name}" for name in ("pdmodel", "pdiparams")}
    parameters = {"task": "orientation", "targets": ["arm", "x86"], "fp16": False}
    run = context("convert", folder, files, parameters)
    convert.run(run)
    buffers = {f"nb-{target}": run.output / f"model_{target}.nb" for target in ("arm", "x86")}
    return {**files, **buffers, "test": folder / "test", "test_labels": folder / "test.txt"}


@lru_cache(maxsize=1)
def verified() -> tuple[Recorded, dict[str, Any]]:
    run = context("verify", new_folder(), inputs(), PARAMETERS)
    return run, verify.run(run).dump()


def document(run: Recorded, name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((run.output / name).read_text(encoding="utf-8"))
    return read


def test_pd_and_nb_say_the_same_of_every_line_and_are_right() -> None:
    run, metrics = verified()
    parity = document(run, "parity.json")
    found = {model["name"]: model for model in parity["models"]}
    assert parity["task"] == "orientation"
    assert "dictionary" not in parity
    for name in ("pd", "nb-x86"):
        assert found[name]["status"] == "measured", found[name]
        assert found[name]["accuracy"] == found[name]["agreement"] == 1.0
        assert found[name]["classes"] == 2
        assert "ned" not in found[name]
    assert found["nb-x86"]["max_abs_diff"] < 1e-4
    arm = found["nb-arm"]
    assert (arm["status"], arm["accuracy"], arm["agreement"]) == ("emulated", 1.0, 1.0)
    assert document(run, "evidence.json")["read_back"][0]["agreement"] == 1.0
    scores = dict.fromkeys(("pd", "nb-x86", "nb-arm"), 1.0)
    assert metrics == {
        "images": 2 * len(TEXTS),
        "accuracy": scores,
        "as_pd": dict.fromkeys(("nb-x86", "nb-arm"), 2 * len(TEXTS)),
    }


def test_a_phone_is_told_all_that_it_must_do() -> None:
    run, _ = verified()
    written = document(run, "preprocess.json")
    assert written["input"]["shape"] == [1, *SHAPE]
    assert written["decode"]["classes"] == ["0", "180"]
    golden = document(run, "golden.json")["images"]
    assert {row["label"] for row in golden} == {"0", "180"}
    places = {
        row["place"]: row["outcome"] for row in document(run, "evidence.json")["preprocessing"]
    }
    assert set(places.values()) == {"same"}


def test_an_output_of_another_kind_is_named() -> None:
    wrong = ClassSanity().fault(np.zeros((1, 2), np.float32))
    assert wrong and wrong.fault is Fault.WRONG_SHAPE and "not one number a class" in wrong.detail
    said = "the probabilities of a step sum to 1.4, not to 1"
    assert ClassSanity().fault(np.array([0.7, 0.7])) == (Fault.NOT_PROBABILITIES, said)
    with pytest.raises(IntegrityError, match="pd has 4 classes; orientations are 0, 180"):
        Orientation().check("pd", np.full(4, 0.25))


def test_a_description_that_wants_other_images_is_refused(tmp_path: Path) -> None:
    description = tmp_path / "inference.yml"
    description.write_text(
        "PreProcess:\n  transform_ops:\n  - ResizeImage:\n      size: [160, 80]\n", encoding="utf-8"
    )
    run = context("verify", tmp_path, {**inputs(), "description": description}, PARAMETERS)
    with pytest.raises(
        IntegrityError, match=r"inference.yml disagrees .* about resize: ResizeImage"
    ):
        verify.run(run)


def test_no_labels_is_an_error(tmp_path: Path) -> None:
    labels = tmp_path / "test.txt"
    labels.write_bytes(b"")
    run = context("verify", tmp_path, {**inputs(), "test_labels": labels}, PARAMETERS)
    with pytest.raises(StageError, match="no test images"):
        verify.run(run)
