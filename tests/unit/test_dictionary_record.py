from pathlib import Path

import pytest
import yaml

from stages.contract import DictionaryRules
from stages.ppocr.config import dump_config
from stages.ppocr.dictionary_record import trained_lines, with_record, without_record
from stages.ppocr.location import VARIABLE
from stages.text.dictionary import Dictionary
from stages.text.yaml import load_yaml

CONFIG = {"Global": {"character_dict_path": "/gone/dict.txt", "seed": 1}, "Loss": {}}
#: What YAML, shells and terminals take for something else.
ODD = ["~", "'", '"', "\\", ":", "#", "|", ">", "-", "0", " ", "\u3000", "\xa0", "é", "🇩🇪", "𠮷"]


def write(folder: Path, entries: list[str]) -> Path:
    path = folder / "dict.txt"
    path.write_text("\n".join(entries) + "\n", encoding="utf-8", newline="")
    return path


@pytest.mark.parametrize(
    ("entries", "trained"),
    [
        *((it, False) for it in (["a"], [*"0123456789"], ODD, ODD[::-1], [" ", "a"], ["a", " "], [" "])),
        # of a trained model odd lines come back too
        *((it, True) for it in (["p\t", "", "ab", "\ufeff", "\u2028", "\x07", ""], ["", "a"],
         ["\ufeffa", "a"])),
    ],
)  # fmt: skip
def test_a_written_configuration_gives_the_dictionary_back(
    tmp_path: Path, entries: list[str], trained: bool
) -> None:
    rules = DictionaryRules(trained=trained, space_added=False)
    dictionary = Dictionary.load_by_rules(write(tmp_path, entries), rules)
    assert list(dictionary.entries) == entries
    written = tmp_path / "config.yml"
    written.write_text(dump_config(with_record(CONFIG, dictionary)), encoding="utf-8")
    assert trained_lines(load_yaml(written)) == entries
    assert yaml.safe_load(written.read_text(encoding="utf-8")) == load_yaml(written)


def test_the_dictionary_can_be_read_in_the_configuration_without_the_added_space(
    tmp_path: Path,
) -> None:
    dictionary = Dictionary.load(write(tmp_path, ["a", "b"]), use_space_char=True)
    recorded = with_record(CONFIG, dictionary)
    assert "  dictionary_lines: |-\n    a\n    b\n" in dump_config(recorded)
    assert trained_lines(recorded) == ["a", "b"]


def test_without_the_record_the_configuration_is_as_before(tmp_path: Path) -> None:
    dictionary = Dictionary.load(write(tmp_path, ["a", "b"]), use_space_char=False)
    assert without_record(with_record(CONFIG, dictionary)) == CONFIG
    assert "dictionary_lines" not in CONFIG["Global"]


def test_a_file_that_is_where_the_configuration_says_is_read_as_paddleocr_reads_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "own.txt"
    path.write_bytes(b"\xef\xbb\xbfa\r\nb\r\n")
    assert trained_lines({"Global": {"character_dict_path": str(path)}}) == ["\ufeffa", "b"]


def test_a_relative_file_is_paddleocrs_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "train.py").touch()
    (tmp_path / "ppocr").mkdir()
    (tmp_path / "ppocr" / "keys.txt").write_text("x\ny\n")
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert trained_lines({"Global": {"character_dict_path": "./ppocr/keys.txt"}}) == ["x", "y"]


@pytest.mark.parametrize(
    "named", ["", 3, "/gone/dict.txt", "/../etc/passwd", "/\0", "/" + "x" * 5000, "/tmp"]
)
def test_what_is_not_there_says_nothing(named: object) -> None:
    assert trained_lines({"Global": {"character_dict_path": named}}) is None
    configs: list[dict[str, object]] = [{}, {"Global": None}, {"Global": []}]
    assert [trained_lines(config) for config in configs] == [None] * 3


@pytest.mark.parametrize("said", [{}, {"character_dict_path": None}, {"use_space_char": True}])
def test_where_none_is_named_it_is_paddleocrs_default(said: dict[str, object]) -> None:
    assert trained_lines({"Global": said}) == list("0123456789abcdefghijklmnopqrstuvwxyz")
