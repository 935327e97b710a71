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


@pytest.mark.parametrize(
    ("text", "use_space_char", "entries", "added"),
    [
        ("a\nb\né\n", False, ("a", "b", "é"), ()),
        ("a\nb", False, ("a", "b"), ()),
        ("a\nb\n", True, ("a", "b"), (" ",)),
        ("a\n \n", False, ("a", " "), ()),
        ("a\n🇩🇪\n", False, ("a", "🇩🇪"), ()),
        ("a\nअं\n", False, ("a", "अं"), ()),
    ],
    ids=["lines", "no last newline", "added space", "line of a space", "flag", "mark"],
)
def test_classes_are_the_lines_after_the_blank(
    tmp_path: Path,
    text: str,
    use_space_char: bool,
    entries: tuple[str, ...],
    added: tuple[str, ...],
) -> None:
    dictionary = load(tmp_path, text.encode(), use_space_char)
    assert (dictionary.entries, dictionary.characters) == (entries, entries + added)
    assert dictionary.classes == 1 + len(entries + added)
    backwards = "".join(reversed(dictionary.characters))
    assert dictionary.encode(backwards) == [*range(len(entries + added), 0, -1)]


def test_hashes_are_the_file_s(tmp_path: Path) -> None:
    dictionary = load(tmp_path, b"a\n", use_space_char=True)
    assert dictionary.md5 == hashlib.md5(b"a\n", usedforsecurity=False).hexdigest()
    assert dictionary.sha256 == hashlib.sha256(b"a\n").hexdigest()


@pytest.mark.parametrize(
    ("data", "use_space_char", "line", "found", "pitfall"),
    [
        (b"", False, 1, "the file is empty", None),
        (b"\xef\xbb\xbfa\nb\n", False, 1, "byte order mark", "dictionary-bom"),
        ("a\n\ufeffb\n".encode(), False, 2, "", "dictionary-bom"),  # two files put together
        (b"a\r\nb\r\n", False, 1, "CRLF", "dictionary-crlf"),
        (b"a\nb\r\n", False, 2, "CRLF", "dictionary-crlf"),
        (b"a\n\nb\n", False, 2, "empty line", "dictionary-odd-entry"),
        (b"a\n\n", False, 2, "empty line", "dictionary-odd-entry"),
        (b"a\nbc\n", False, 2, "2 characters", "dictionary-odd-entry"),
        (b"a\nb\na\n", False, 3, "on line 1 already", "dictionary-duplicate"),
        (b" \na\n \n", False, 3, "", "dictionary-double-space"),
        (b"a\n \n", True, 2, "second one", "dictionary-double-space"),
        (b"a\n\x1b\n", False, 2, r"\x1b", "dictionary-odd-entry"),
        (b"a\n\t\n", False, 2, r"\t", "dictionary-odd-entry"),
        (b"a\n\xff\n", False, 2, "0xFF", None),
        ("a\n".encode("utf-16"), False, 1, "", None),
        ("a\n\u2028\n".encode(), False, 2, r"\u2028", "dictionary-odd-entry"),
        ("a\n\ufeff\n".encode(), False, 2, r"\ufeff", "dictionary-bom"),
    ],
)
def test_what_is_malformed_is_named_with_its_line_and_its_pitfall(
    tmp_path: Path, data: bytes, use_space_char: bool, line: int, found: str, pitfall: str | None
) -> None:
    with pytest.raises(IntegrityError) as caught:
        load(tmp_path, data, use_space_char)
    assert found in caught.value.message
    assert f"dict.txt, line {line}:" in caught.value.message
    assert "allowed is" in caught.value.message
    assert caught.value.where.endswith(f"dict.txt:{line}")
    assert caught.value.remedy
    assert caught.value.code == Exit.INTEGRITY
    assert caught.value.pitfall == pitfall


def test_a_missing_character_is_named_by_code_point(tmp_path: Path) -> None:
    dictionary = load(tmp_path, b"a\n")
    assert dictionary.unknown("aéa\x1bé") == ["é", "\x1b"]
    with pytest.raises(IntegrityError) as caught:
        dictionary.encode("aé\x1b")
    assert caught.value.pitfall is Pitfall.LABEL_OUTSIDE_DICTIONARY
    assert '"é" (U+00E9)' in caught.value.message
    assert "\x1b" not in caught.value.message
