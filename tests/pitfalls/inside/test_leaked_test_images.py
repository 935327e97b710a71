"""Test images that the model was trained with: the accuracy is too good, and nothing says so."""

from __future__ import annotations

import shutil
from pathlib import Path

from stages.pitfalls import Pitfall
from support import bare
from support.caught import check_refused
from support.data_stage import check_data
from support.small import Data, data


def leaked(folder: Path) -> Data:
    """Put an image of the test set among those to train with, under another name."""
    made = data(folder)
    text = made.labels("val").read_text(encoding="utf-8").splitlines()[0].partition("\t")[2]
    shutil.copyfile(folder / "val/0.png", folder / "train/copied.png")
    with made.labels("train").open("a", encoding="utf-8") as labels:
        labels.write(f"copied.png\t{text}\n")
    return made


def test_by_hand_the_trainer_says_nothing(tmp_path: Path) -> None:
    made = leaked(tmp_path)
    done = bare.paddleocr("train.py", made.config, save_model_dir="out")
    assert done.code == 0
    for word in ("leak", "overlap", "duplicate", "copied.png"):
        assert word not in done.log


def test_paddock_names_the_image_in_both_places(tmp_path: Path) -> None:
    done = check_data(tmp_path / "stage", leaked(tmp_path / "made"))
    said = ("images of test that are in train too", "copied.png", "0.png", "allow_overlap")
    check_refused(done, 5, Pitfall.LEAKED_TEST_IMAGES, *said)


def test_paddock_warns_where_it_is_allowed(tmp_path: Path) -> None:
    done = check_data(tmp_path / "stage", leaked(tmp_path / "made"), allow_overlap=True)
    assert done.code == 0, done.log[-3000:]
    assert str(Pitfall.LEAKED_TEST_IMAGES) in [warning.pitfall for warning in done.warnings]
