"""The dictionary sorted in another way after the training: every character is read as another one."""

from __future__ import annotations

from pathlib import Path

from stages.pitfalls import Pitfall
from support import bare
from support.caught import check_refused
from support.export_stage import export
from support.legacy import alphanumeric_model, draw
from support.small import trained


def reordered(dictionary: Path, out: Path) -> Path:
    """Write the dictionary with the letters before the digits."""
    lines = dictionary.read_text(encoding="utf-8").splitlines()
    out.write_text("\n".join(lines[10:] + lines[:10]) + "\n", encoding="utf-8")
    return out


def test_by_hand_it_reads_something_else_with_exit_code_zero(tmp_path: Path) -> None:
    model = alphanumeric_model()
    draw(tmp_path / "word.png", "A1B2")
    other = reordered(model.dictionary, tmp_path / "dict.txt")
    assert bare.read_aloud(model.folder, other, tmp_path / "word.png") == "KBLC"


def test_paddock_tells_another_order_from_other_characters(tmp_path: Path) -> None:
    other = reordered(trained().data.dictionary, tmp_path / "dict.txt")
    done = export(tmp_path, {"dict": other})
    said = ("36 characters in another order", "line 1", "U+0030", "U+0041")
    check_refused(done, 5, Pitfall.DICTIONARY_REORDERED, *said)
