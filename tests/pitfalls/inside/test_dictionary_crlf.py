"""A dictionary with Windows line ends: PaddleOCR strips them, a reader in C++ does not."""

from __future__ import annotations

from pathlib import Path

from stages.pitfalls import Pitfall
from support import bare
from support.caught import check_refused
from support.data_stage import check_data
from support.legacy import alphanumeric_model, draw
from support.small import data


def with_windows_line_ends(dictionary: Path, out: Path) -> Path:
    out.write_bytes(dictionary.read_bytes().replace(b"\n", b"\r\n"))
    return out


def test_by_hand_paddleocr_reads_on_and_the_phone_gets_another_character(tmp_path: Path) -> None:
    model = alphanumeric_model()
    spoilt = with_windows_line_ends(model.dictionary, tmp_path / "dict.txt")
    draw(tmp_path / "word.png", "A1B2")
    assert bare.read_aloud(model.folder, spoilt, tmp_path / "word.png") == "A1B2"
    by_getline = spoilt.read_bytes().split(b"\n")  # ReadDict of deploy/lite/ocr_db_crnn.cc
    assert by_getline[10] == b"A\r"


def test_paddock_refuses_it_and_names_the_line(tmp_path: Path) -> None:
    made = data(tmp_path / "made")
    with_windows_line_ends(made.dictionary, made.dictionary)
    done = check_data(tmp_path / "stage", made)
    check_refused(done, 5, Pitfall.DICTIONARY_CRLF, "dict.txt", "line 1", "CRLF", "dos2unix")
