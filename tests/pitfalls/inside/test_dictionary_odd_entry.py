"""A line of the dictionary with two characters: a class that no label means."""

from __future__ import annotations

from pathlib import Path

from ppocr.data.imaug.label_ops import CTCLabelEncode

from stages.pitfalls import Pitfall
from support import bare
from support.caught import check_refused
from support.data_stage import check_data
from support.small import Data, data


def with_two_characters(folder: Path) -> Data:
    made = data(folder)
    with made.dictionary.open("a", encoding="utf-8") as file:
        file.write("ch\n")
    return made


def test_by_hand_no_label_means_the_class(tmp_path: Path) -> None:
    made = with_two_characters(tmp_path)
    done = bare.paddleocr("train.py", made.config, save_model_dir="out")
    assert done.code == 0
    encoder = CTCLabelEncode(25, str(made.dictionary))
    assert encoder.dict["ch"] == 37 and encoder.encode("ch1") == [encoder.dict["1"]]


def test_paddock_names_the_line(tmp_path: Path) -> None:
    done = check_data(tmp_path / "stage", with_two_characters(tmp_path / "made"))
    said = ("dict.txt", "line 37", "2 characters", "give each its own line")
    check_refused(done, 5, Pitfall.DICTIONARY_ODD_ENTRY, *said)
