"""All dictionaries that PaddleOCR comes with, read as PaddleOCR reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ppocr.data.imaug.label_ops import CTCLabelEncode
from ppocr.postprocess.rec_postprocess import CTCLabelDecode
from ppocr.utils.export_model import dump_infer_config

from stages.contract import DictionaryRules
from stages.errors import IntegrityError
from stages.ppocr.config import dump_config
from stages.ppocr.dictionary_record import trained_lines, with_record
from stages.ppocr.location import paddleocr_root
from stages.text.decode import collapse
from stages.text.described import described_characters
from stages.text.dictionary import Dictionary
from stages.text.yaml import load_yaml
from support.dictionary_table import RECORDED, dictionaries_in, digest, table

ALL = dictionaries_in(paddleocr_root())


def load(path: Path, space_added: bool = False) -> Dictionary:
    return Dictionary.load_by_rules(path, DictionaryRules(trained=True, space_added=space_added))


def is_strict(path: Path) -> bool:
    try:
        Dictionary.load(path, use_space_char=False)
    except IntegrityError:
        return False
    return True


def test_there_are_as_many_as_paddleocr_3_1_has() -> None:
    assert len(ALL) == 62


@pytest.mark.parametrize("space_added", [False, True], ids=["plain", "space"])
@pytest.mark.parametrize("path", ALL, ids=lambda path: str(path.name))
def test_every_class_is_paddleocrs(path: Path, space_added: bool) -> None:
    dictionary = load(path, space_added)
    theirs = CTCLabelDecode(str(path), use_space_char=space_added)
    assert list(dictionary.characters) == theirs.character[1:]
    assert dictionary.classes == len(theirs.character)
    texts = [collapse([number], [1.0], dictionary).text for number in range(dictionary.classes)]
    assert texts == ["", *dictionary.characters]
    encoder = CTCLabelEncode(25, str(path), use_space_char=space_added)
    single = [text for text in dictionary.characters if len(text) == 1]
    for text in single:
        assert dictionary.encode(text) == encoder.encode(text) == [encoder.dict[text]]


@pytest.mark.parametrize("path", ALL, ids=lambda path: str(path.name))
def test_every_text_that_a_class_writes_is_a_label_that_it_could_have(path: Path) -> None:
    dictionary = load(path)
    for text in dictionary.characters:
        assert dictionary.unknown(text) == []
        assert "".join(dictionary.characters[n - 1] for n in dictionary.encode(text)) == text


@pytest.mark.parametrize("path", ALL, ids=lambda path: str(path.name))
def test_it_goes_through_an_export_and_a_configuration_unchanged(
    path: Path, tmp_path: Path
) -> None:
    dictionary, logger = load(path), Quiet()
    config: dict[str, Any] = {
        "Global": {"character_dict_path": str(path), "model_name": "x"},
        "Architecture": {"algorithm": "CRNN", "model_type": "rec"},
        "Eval": {"dataset": {"transforms": []}},
        "PostProcess": {"name": "CTCLabelDecode"},
    }
    dump_infer_config(config, str(tmp_path / "inference.yml"), logger)
    assert described_characters(tmp_path / "inference.yml").characters == list(dictionary.entries)
    (tmp_path / "config.yml").write_text(dump_config(with_record(config, dictionary)), "utf-8")
    assert trained_lines(load_yaml(tmp_path / "config.yml")) == list(dictionary.entries)


class Quiet:
    """A logger that says nothing."""

    def info(self, _text: str) -> None:
        """Say nothing."""


@pytest.mark.parametrize("path", ALL, ids=lambda path: str(path.name))
def test_what_is_odd_is_what_the_strict_rule_refuses(path: Path) -> None:
    assert is_strict(path) is (load(path).oddities == ())


def test_the_page_has_this_table() -> None:
    assert digest(table(paddleocr_root())) == RECORDED, "make dictionaries"
