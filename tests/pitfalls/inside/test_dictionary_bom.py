"""A dictionary with a byte order mark: its first character is no longer the one of the labels."""

from __future__ import annotations

from pathlib import Path

from ppocr.data.imaug.label_ops import CTCLabelEncode

from stages.pitfalls import Pitfall
from support import bare
from support.caught import check_refused
from support.data_stage import check_data
from support.legacy import alphanumeric_model, draw
from support.small import Data, data


def with_a_mark(folder: Path) -> Data:
    made = data(folder)
    made.dictionary.write_bytes(b"\xef\xbb\xbf" + made.dictionary.read_bytes())
    return made


def test_by_hand_training_loses_the_first_character(tmp_path: Path) -> None:
    made = with_a_mark(tmp_path)
    done = bare.paddleocr("train.py", made.config, save_model_dir="out")
    assert done.code == 0 and "BOM" not in done.log and "byte order" not in done.log
    encoder = CTCLabelEncode(25, str(made.dictionary))
    assert encoder({"label": "A01"})["length"] == 2, "trained as A1"


def test_by_hand_the_mark_is_read_back_from_the_image(tmp_path: Path) -> None:
    draw(tmp_path / "word.png", "200")
    marked = with_a_mark(tmp_path / "made").dictionary
    assert bare.read_aloud(alphanumeric_model().folder, marked, tmp_path / "word.png") == (
        "2\ufeff0\ufeff0"
    )


def test_paddock_refuses_it(tmp_path: Path) -> None:
    done = check_data(tmp_path / "stage", with_a_mark(tmp_path / "made"))
    check_refused(done, 5, Pitfall.DICTIONARY_BOM, "dict.txt", "line 1", "byte order mark", "UTF-8")
