"""A character that stands in the dictionary twice: the labels mean the second, the weights the first."""

from __future__ import annotations

from pathlib import Path

from ppocr.data.imaug.label_ops import CTCLabelEncode

from stages.pitfalls import Pitfall
from support import bare
from support.caught import check_refused
from support.data_stage import check_data
from support.small import Data, data


def with_two_a(folder: Path) -> Data:
    made = data(folder)
    with made.dictionary.open("a", encoding="utf-8") as file:
        file.write("A\n")
    return made


def test_by_hand_the_class_of_a_character_moves_in_silence(tmp_path: Path) -> None:
    made = with_two_a(tmp_path)
    done = bare.paddleocr("train.py", made.config, save_model_dir="out")
    assert done.code == 0 and "duplicate" not in done.log
    assert CTCLabelEncode(25, str(made.dictionary)).dict["A"] == 37, "and no label means class 11"


def test_paddock_names_both_lines(tmp_path: Path) -> None:
    done = check_data(tmp_path / "stage", with_two_a(tmp_path / "made"))
    said = ("dict.txt", "line 37", "U+0041", "line 11 already")
    check_refused(done, 5, Pitfall.DICTIONARY_DUPLICATE, *said)
