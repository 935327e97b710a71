from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from stages.contract import Exit
from stages.errors import IntegrityError
from stages.pitfalls import Pitfall
from stages.text.dictionary import Dictionary


def load(folder: Path, data: bytes, use_space_char: bool = False) -> Dictionary:
    path = folder / "dict.txt"
    path.write_bytes(data)
    return Dictionary.load(path, use_space_char)


def test_classes_are_the_lines_after_the_blank(tmp_path: Path) -> None:
    dictionary = load(tmp_path, b"a\nb\n\xc3\xa9\n")
    assert dictionary.characters == ("a", "b", "é")
    assert dictionary.classes == 4
    assert dictionary.encode("éab") == [3, 1, 2]


def test_the_last_line_needs_no_newline(tmp_path: Path) -> None:
    assert load(tmp_path, b"a\nb").characters == ("a", "b")


def test_use_space_char_appends_the_space(tmp_path: Path) -> None:
    dictionary = load(tmp_path, b"a\nb\n", use_space_char=True)
    assert dictionary.characters == ("a", "b", " ")
    assert dictionary.encode("a b") == [1, 3, 2]


def test_a_space_line_is_a_character(tmp_path: Path) -> None:
    assert load(tmp_path, b"a\n \n").encode(" ") == [2]


def test_hashes_are_the_file_s(tmp_path: Path) -> None:
    dictionary = load(tmp_path, b"a\n", use_space_char=True)
    assert dictionary.md5 == hashlib.md5(b"a\n", usedforsecurity=False).hexdigest()
    assert dictionary.sha256 == hashlib.sha256(b"a\n").hexdigest()


@pytest.mark.parametrize("entry", ["🇩🇪", "अं", "é"], ids=["flag", "mark", "accent"])
def test_one_visible_character_may_be_several_code_points(tmp_path: Path, entry: str) -> None:
    assert load(tmp_path, f"a\n{entry}\n".encode()).characters == ("a", entry)


@pytest.mark.parametrize(
    ("data", "line", "found"),
    [
        (b"", 1, "the file is empty"),
        (b"\xef\xbb\xbfa\nb\n", 1, "byte order mark"),
        (b"a\r\nb\r\n", 1, "CRLF"),
        (b"a\nb\r\n", 2, "CRLF"),
        (b"a\n\nb\n", 2, "empty line"),
        (b"a\n\n", 2, "empty line"),
        (b"a\nbc\n", 2, "2 characters"),
        (b"a\nb\na\n", 3, "on line 1 already"),
        (b"a\n\x1b\n", 2, r"\x1b"),
        (b"a\n\t\n", 2, r"\t"),
        (b"a\n\xff\n", 2, "0xFF"),
        ("a\n\u2028\n".encode(), 2, r"\u2028"),
        ("a\n\ufeff\n".encode(), 2, r"\ufeff"),
    ],
)
def test_what_is_malformed_is_named_with_its_line(
    tmp_path: Path, data: bytes, line: int, found: str
) -> None:
    with pytest.raises(IntegrityError) as caught:
        load(tmp_path, data)
    assert found in caught.value.message
    assert f"dict.txt, line {line}:" in caught.value.message
    assert "allowed is" in caught.value.message
    assert caught.value.where.endswith(f"dict.txt:{line}")
    assert caught.value.remedy
    assert caught.value.code == Exit.INTEGRITY


def test_a_space_line_together_with_use_space_char_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IntegrityError, match=r"line 2.*second one"):
        load(tmp_path, b"a\n \n", use_space_char=True)


@pytest.mark.parametrize(
    ("data", "use_space_char", "pitfall"),
    [
        (b"a\r\nb\r\n", False, "dictionary-crlf"),
        (b"\xef\xbb\xbfa\nb\n", False, "dictionary-bom"),
        ("a\n\ufeffb\n".encode(), False, "dictionary-bom"),  # two files put together
        (b"a\nb\na\n", False, "dictionary-duplicate"),
        (b" \na\n \n", False, "dictionary-double-space"),
        (b"a\n \n", True, "dictionary-double-space"),
        (b"a\nbc\n", False, "dictionary-odd-entry"),
        (b"a\n\nb\n", False, "dictionary-odd-entry"),
        (b"a\n\t\n", False, "dictionary-odd-entry"),
        ("a\n".encode("utf-16"), False, "None"),
    ],
)
def test_a_known_fault_has_its_pitfall(
    tmp_path: Path, data: bytes, use_space_char: bool, pitfall: str
) -> None:
    with pytest.raises(IntegrityError) as caught:
        load(tmp_path, data, use_space_char)
    assert str(caught.value.pitfall) == pitfall


def test_the_added_space_is_no_line_of_the_file(tmp_path: Path) -> None:
    assert load(tmp_path, b"a\nb\n", use_space_char=True).entries == ("a", "b")
    assert load(tmp_path, b"a\n \n").entries == ("a", " ")


def test_a_missing_character_is_named_by_code_point(tmp_path: Path) -> None:
    dictionary = load(tmp_path, b"a\n")
    assert dictionary.unknown("aéa\x1bé") == ["é", "\x1b"]
    with pytest.raises(IntegrityError) as caught:
        dictionary.encode("aé\x1b")
    assert caught.value.pitfall is Pitfall.LABEL_OUTSIDE_DICTIONARY
    assert '"é" (U+00E9)' in caught.value.message
    assert "\x1b" not in caught.value.message
