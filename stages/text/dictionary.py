"""The dictionary: which character each class of a CTC model means.

A file with one character a line, as PaddleOCR reads it (``BaseRecLabelDecode.__init__`` in
ppocr/postprocess/rec_postprocess.py): class 0 is the blank, line n is class n, and the space comes
last if ``use_space_char``. PaddleOCR takes any file; runners on phones do not, so this is strict.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from stages.errors import IntegrityError
from stages.message import msg
from stages.pitfalls import Pitfall
from stages.text.printable import code_point, printable

#: The class that means "no character" in CTC.
BLANK = 0
SPACE = " "
BOM = b"\xef\xbb\xbf"
_REGIONAL_INDICATORS = range(0x1F1E6, 0x1F200)


@dataclass(frozen=True)
class Dictionary:
    """The characters of a model in the order of its classes, without the blank.

    ``space_added`` says that the last one is not in the file: ``use_space_char`` put it there.
    """

    characters: tuple[str, ...]
    md5: str
    sha256: str
    space_added: bool = False

    @classmethod
    def load(cls, path: Path, use_space_char: bool) -> Dictionary:
        """Read and check the dictionary at ``path``.

        Raises:
            IntegrityError: the file is not a well-formed dictionary; names the file and the line.
        """
        data = path.read_bytes()
        entries = _entries(path, data)
        _check_unique(path, entries)
        if use_space_char:
            _check_space(path, entries)
            entries = [*entries, SPACE]
        md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
        return cls(tuple(entries), md5, hashlib.sha256(data).hexdigest(), use_space_char)

    @property
    def entries(self) -> tuple[str, ...]:
        """The lines of the file."""
        return self.characters[:-1] if self.space_added else self.characters

    @property
    def classes(self) -> int:
        """The width of a CTC model's output: one a character, and the blank."""
        return len(self.characters) + 1

    @cached_property
    def index(self) -> dict[str, int]:
        """Class by character."""
        return {character: number for number, character in enumerate(self.characters, start=1)}

    def unknown(self, text: str) -> list[str]:
        """Return the characters of ``text`` that have no class, each once, in order.

        Code point by code point, as PaddleOCR encodes (and drops such characters in silence).
        """
        return [character for character in dict.fromkeys(text) if character not in self.index]

    def encode(self, text: str) -> list[int]:
        """Return the class of every character of ``text``.

        Raises:
            IntegrityError: a character has no class.
        """
        unknown = self.unknown(text)
        if unknown:
            names = ", ".join(code_point(character) for character in unknown)
            raise IntegrityError(
                msg("not in the dictionary: {names}", names),
                remedy=msg("add the characters to the dictionary, or correct the label"),
                pitfall=Pitfall.LABEL_OUTSIDE_DICTIONARY,
            )
        return [self.index[character] for character in text]


def _entries(path: Path, data: bytes) -> list[str]:
    """Split the file into its entries and check each."""
    if not data:
        raise _malformed(
            path, 1, msg("the file is empty"), msg("one character a line"), msg("name another file")
        )
    if data.startswith(BOM):
        remedy = msg('save as "UTF-8", not "UTF-8 with BOM"')
        raise _malformed(
            path,
            1,
            msg("a byte order mark"),
            msg("UTF-8 without one"),
            remedy,
            Pitfall.DICTIONARY_BOM,
        )
    lines = data.removesuffix(b"\n").split(b"\n")
    return [_entry(path, number, line) for number, line in enumerate(lines, start=1)]


def _entry(path: Path, number: int, line: bytes) -> str:
    if line.endswith(b"\r"):
        found, remedy = msg("a Windows line end (CRLF)"), msg("convert it: dos2unix FILE")
        raise _malformed(path, number, found, msg("LF line ends"), remedy, Pitfall.DICTIONARY_CRLF)
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        found = msg(
            "the byte 0x{line} at column {start}", f"{line[error.start]:02X}", error.start + 1
        )
        raise _malformed(path, number, found, "UTF-8", msg("save the file as UTF-8")) from error
    if not text:
        raise _malformed(
            path, number, msg("an empty line"), msg("one character a line"), msg("remove the line")
        )
    if any(_is_control(character) for character in text):
        found = msg('the control character in "{text}"', printable(text))
        pitfall = Pitfall.DICTIONARY_BOM if "\ufeff" in text else None
        raise _malformed(
            path, number, found, msg("characters that print"), msg("remove it"), pitfall
        )
    if not _is_one_character(text):
        found = msg("{text} characters: {text2}", len(text), code_point(text))
        raise _malformed(
            path, number, found, msg("one character a line"), msg("give each its own line")
        )
    return text


def _is_control(character: str) -> bool:
    """Tell control characters and line separators; a byte order mark inside the file is one too."""
    return unicodedata.category(character) in ("Cc", "Zl", "Zp") or character == "\ufeff"


def _is_one_character(text: str) -> bool:
    """Return whether a reader sees one character: a code point, one with marks on it, or a flag.

    PaddleOCR's own dictionaries hold such entries (ppocrv5_dict.txt has ten flags).
    """
    first, rest = text[0], text[1:]
    if ord(first) in _REGIONAL_INDICATORS and len(rest) == 1:
        return ord(rest) in _REGIONAL_INDICATORS
    return all(unicodedata.category(character).startswith("M") for character in rest)


def _check_unique(path: Path, entries: list[str]) -> None:
    seen: dict[str, int] = {}
    for number, entry in enumerate(entries, start=1):
        first = seen.setdefault(entry, number)
        if first != number:
            found = msg("{entry}, which is on line {first} already", code_point(entry), first)
            remedy, double = msg("remove one of the two"), Pitfall.DICTIONARY_DOUBLE_SPACE
            pitfall = double if entry == SPACE else Pitfall.DICTIONARY_DUPLICATE
            raise _malformed(path, number, found, msg("each character once"), remedy, pitfall)


def _check_space(path: Path, entries: list[str]) -> None:
    if SPACE in entries:
        found = msg("a space, and use_space_char adds a second one at the end")
        remedy = msg("remove the line, or set use_space_char = false")
        line, pitfall = entries.index(SPACE) + 1, Pitfall.DICTIONARY_DOUBLE_SPACE
        raise _malformed(path, line, found, msg("one space"), remedy, pitfall)


def _malformed(
    path: Path, line: int, found: str, allowed: str, remedy: str, pitfall: Pitfall | None = None
) -> IntegrityError:
    name = printable(path.name)
    message = msg(
        "the dictionary {name}, line {line}: found {found}; allowed is {allowed}",
        name,
        line,
        found,
        allowed,
    )
    return IntegrityError(message, f"{printable(str(path), 400)}:{line}", remedy, pitfall)


def read_lines(path: Path) -> list[str]:
    """Return a dictionary's lines as PaddleOCR reads them, with whatever is wrong with them.

    ``BaseRecLabelDecode`` in ppocr/postprocess/rec_postprocess.py; bytes that are not UTF-8 as U+DC80 to
    U+DCFF.
    """
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]
