"""A dictionary that is one entry off: every character is read as its neighbour."""

from __future__ import annotations

from pathlib import Path

from stages.pitfalls import Pitfall
from support import bare
from support.caught import check_refused
from support.legacy import alphanumeric_model, draw
from support.measured import verify


def one_short(dictionary: Path, out: Path) -> Path:
    """Write the dictionary without its first line."""
    out.write_text(dictionary.read_text(encoding="utf-8").partition("\n")[2], encoding="utf-8")
    return out


def test_by_hand_it_reads_the_neighbours_with_exit_code_zero(tmp_path: Path) -> None:
    model = alphanumeric_model()
    draw(tmp_path / "word.png", "A1B2")
    other = one_short(model.dictionary, tmp_path / "dict.txt")
    assert bare.read_aloud(model.folder, other, tmp_path / "word.png") == "B2C3"


def test_paddock_counts_the_classes_of_every_model(tmp_path: Path) -> None:
    other = one_short(alphanumeric_model().dictionary, tmp_path / "dict.txt")
    done = verify(tmp_path, {"dict": other})
    check_refused(done, 5, Pitfall.DICTIONARY_CLASSES, "37 classes", "36", "use_space_char")
