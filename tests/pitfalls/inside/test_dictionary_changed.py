"""One character of the dictionary exchanged after the training: the model reads another one."""

from __future__ import annotations

from pathlib import Path

from stages.pitfalls import Pitfall
from support import bare
from support.caught import check_refused
from support.export_stage import export
from support.legacy import alphanumeric_model, draw
from support.small import trained


def changed(dictionary: Path, out: Path) -> Path:
    """Write the dictionary with an exclamation mark for the one."""
    text = dictionary.read_text(encoding="utf-8")
    out.write_text(text.replace("1\n", "!\n"), encoding="utf-8")
    return out


def test_by_hand_another_character_is_read_with_exit_code_zero(tmp_path: Path) -> None:
    model = alphanumeric_model()
    draw(tmp_path / "word.png", "A1B2")
    other = changed(model.dictionary, tmp_path / "dict.txt")
    assert bare.read_aloud(model.folder, model.dictionary, tmp_path / "word.png") == "A1B2"
    assert bare.read_aloud(model.folder, other, tmp_path / "word.png") == "A!B2"


def test_paddock_names_the_first_line_that_differs(tmp_path: Path) -> None:
    other = changed(trained().data.dictionary, tmp_path / "dict.txt")
    done = export(tmp_path, {"dict": other})
    said = ("training configuration", "line 2", "U+0031", "U+0021")
    check_refused(done, 5, Pitfall.DICTIONARY_CHANGED, *said)
