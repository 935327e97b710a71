"""A dictionary with a space in it, and use_space_char: two classes for one character."""

from __future__ import annotations

from pathlib import Path

from ppocr.postprocess.rec_postprocess import CTCLabelDecode

from stages.pitfalls import Pitfall
from support import bare
from support.caught import check_refused
from support.data_stage import check_data
from support.legacy import ALPHANUMERIC
from support.small import Data, data


def with_a_space(folder: Path) -> Data:
    return data(folder, ALPHANUMERIC[:10] + " " + ALPHANUMERIC[10:], use_space_char=True)


def test_by_hand_the_network_gets_a_class_too_many(tmp_path: Path) -> None:
    made = with_a_space(tmp_path)
    done = bare.paddleocr("train.py", made.config, save_model_dir="out")
    assert done.code == 0
    characters = CTCLabelDecode(str(made.dictionary), use_space_char=True).character
    assert characters.count(" ") == 2 and len(characters) == 39, "36 characters, a space, the blank"


def test_paddock_names_the_line(tmp_path: Path) -> None:
    done = check_data(tmp_path / "stage", with_a_space(tmp_path / "made"), use_space_char=True)
    said = ("dict.txt", "line 11", "space", "use_space_char = false")
    check_refused(done, 5, Pitfall.DICTIONARY_DOUBLE_SPACE, *said)
