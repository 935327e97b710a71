"""A label with a character that the dictionary lacks: PaddleOCR trains on what is left of it."""

from __future__ import annotations

from pathlib import Path

from ppocr.data.imaug.label_ops import CTCLabelEncode

from stages.pitfalls import Pitfall
from support import bare
from support.caught import check_refused
from support.data_stage import check_data
from support.small import Data, data


def with_a_strange_label(folder: Path) -> Data:
    made = data(folder)
    lines = made.labels("train").read_text(encoding="utf-8").splitlines()
    lines[1] = "1.png\tCAFÉ1"
    made.labels("train").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return made


def test_by_hand_the_character_is_dropped_in_silence(tmp_path: Path) -> None:
    made = with_a_strange_label(tmp_path)
    done = bare.paddleocr("train.py", made.config, save_model_dir="out")
    assert done.code == 0 and "É" not in done.log and "not in dict" not in done.log
    encoder = CTCLabelEncode(25, str(made.dictionary))
    assert encoder({"label": "CAFÉ1"})["length"] == 4, "trained as CAF1"


def test_paddock_names_the_character_and_the_line(tmp_path: Path) -> None:
    done = check_data(tmp_path / "stage", with_a_strange_label(tmp_path / "made"))
    check_refused(done, 5, Pitfall.LABEL_OUTSIDE_DICTIONARY, "U+00C9", "train.txt:2", "dictionary")
