"""The dictionary: which character each class of a CTC model means.

A file with one character a line, as PaddleOCR reads it (``BaseRecLabelDecode.__init__`` in
ppocr/postprocess/rec_postprocess.py): class 0 is the blank, line n is class n, and the space comes
last if ``use_space_char``. PaddleOCR takes any file; runners on phones do not. So one that a new head will
be trained on is held to a strict rule; one that a model was trained with is taken class by class as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from stages.contract import DictionaryRules
from stages.errors import IntegrityError
from stages.message import msg
from stages.pitfalls import Pitfall
from stages.text.oddities import (
    BOM,
    PITFALLS,
    SPACE,
    Kind,
    Oddity,
    find_oddities,
    without_returns,
)
from stages.text.printable import code_point, printable

__all__ = ["BLANK", "SPACE", "Dictionary", "decode_lines", "read_lines"]

#: The class that means "no character" in CTC.
BLANK = 0
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_AS_TRAINED = msg("give the file that the model was trained with, byte by byte")


@dataclass(frozen=True)
class Dictionary:
    """The characters of a model in the order of its classes, without the blank.

    Args:
        characters: the text of each class; of a trained model's perhaps several characters, or none.
        md5: of the file.
        sha256: of the file.
        space_added: the last one is not in the file, ``use_space_char`` put it there.
        trained: it came with a trained model.
        lower_cased: labels are lower-cased before they are encoded or compared.
        oddities: what is odd about a trained model's classes; a new head's has none.
    """

    characters: tuple[str, ...]
    md5: str
    sha256: str
    space_added: bool = False
    trained: bool = False
    lower_cased: bool = False
    oddities: tuple[Oddity, ...] = ()

    @classmethod
    def load(cls, path: Path, use_space_char: bool) -> Dictionary:
        """Read and check the dictionary that a new head will be trained on.

        Raises:
            IntegrityError: the file is not a well-formed dictionary; names the file and the line.
        """
        data = path.read_bytes()
        lines = decode_lines(path.name, data)
        for oddity in find_oddities(lines, use_space_char):
            raise _strict(path.name, oddity, len(lines))
        rules = DictionaryRules(trained=False, space_added=use_space_char)
        return cls._of(data, lines, rules, ())

    @classmethod
    def load_by_rules(cls, path: Path, rules: DictionaryRules) -> Dictionary:
        """Read a dictionary as ``data`` settled that it is to be read.

        Raises:
            IntegrityError: the file cannot be read at all, or is not what its rules ask for.
        """
        if not rules.trained and not rules.lower_cased:
            return cls.load(path, rules.space_added)
        data = path.read_bytes()
        lines = decode_lines(path.name, data)
        return cls._of(data, lines, rules, tuple(find_oddities(lines, rules.space_added)))

    @classmethod
    def _of(
        cls,
        data: bytes,
        lines: Sequence[str],
        rules: DictionaryRules,
        oddities: tuple[Oddity, ...],
    ) -> Dictionary:
        entries = [without_returns(line) for line in lines]
        return cls(
            tuple([*entries, SPACE] if rules.space_added else entries),
            hashlib.md5(data, usedforsecurity=False).hexdigest(),
            hashlib.sha256(data).hexdigest(),
            rules.space_added,
            rules.trained,
            rules.lower_cased,
            oddities,
        )

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
        """Class by text; of equal ones the last, which is the one that PaddleOCR's labels train."""
        return {character: number for number, character in enumerate(self.characters, start=1)}

    @cached_property
    def _longer(self) -> dict[str, list[str]]:
        """The classes of several characters by their first one, the longest first."""
        found: dict[str, list[str]] = {}
        for text in sorted((text for text in self.index if len(text) > 1), key=len, reverse=True):
            found.setdefault(text[0], []).append(text)
        return found

    def unknown(self, text: str) -> list[str]:
        """Return the characters of ``text`` that no class gives, each once, in order."""
        if all(character in self.index for character in text):
            return []
        return list(dict.fromkeys(part for part in self._parts(text) if part not in self.index))

    def untrainable(self, text: str) -> list[str]:
        """Return the characters that have no class of their own, each once, in order.

        PaddleOCR encodes code point by code point, and drops such characters in silence, although a class
        of several characters may have them.
        """
        return [character for character in dict.fromkeys(text) if character not in self.index]

    def encode(self, text: str) -> list[int]:
        """Return the classes of ``text``: of each character its own, or one of several characters.

        Raises:
            IntegrityError: a character has no class.
        """
        unknown = self.unknown(text)
        if unknown:
            names = ", ".join(code_point(character) for character in unknown)
            raise IntegrityError(
                msg("not in the dictionary: {names}", names),
                remedy=(
                    msg("correct the label, or leave the line out")
                    if self.trained
                    else msg("add the characters to the dictionary, or correct the label")
                ),
                pitfall=Pitfall.LABEL_OUTSIDE_DICTIONARY,
            )
        return [self.index[part] for part in self._parts(text)]

    def _parts(self, text: str) -> list[str]:
        """Cut ``text`` into classes with as few characters that have none as can be.

        Of two ways that are as good, the one that takes single characters first: so PaddleOCR's labels
        were encoded.
        """
        if not self._longer:
            return list(text)
        # from the end: how many characters have no class from here on, and the first part
        best = [(0, "")] * (len(text) + 1)
        for start in range(len(text) - 1, -1, -1):
            single = text[start]
            ways = [(best[start + 1][0] + (single not in self.index), single)]
            ways += [
                (best[start + len(part)][0], part)
                for part in self._longer.get(single, ())
                if text.startswith(part, start)
            ]
            best[start] = min(ways, key=lambda way: way[0])
        parts, start = [], 0
        while start < len(text):
            parts.append(best[start][1])
            start += len(parts[-1])
        return parts


def decode_lines(name: str, data: bytes) -> list[str]:
    """Split a dictionary into its lines, with their carriage returns.

    Raises:
        IntegrityError: there are none, or they are not UTF-8, which PaddleOCR cannot read either.
    """
    if not data:
        raise _malformed(
            name, 1, msg("the file is empty"), msg("one character a line"), msg("name another file")
        )
    if data.startswith(_UTF_16):
        raise _malformed(
            name,
            1,
            "UTF-16",
            "UTF-8",
            msg("save a dictionary of your own as UTF-8; {rest}", _AS_TRAINED),
        )
    lines = []
    for number, line in enumerate(data.removesuffix(b"\n").split(b"\n"), start=1):
        try:
            lines.append(line.decode("utf-8"))
        except UnicodeDecodeError as error:
            found = msg(
                "the byte 0x{line} at column {start}", f"{line[error.start]:02X}", error.start + 1
            )
            remedy = msg("save a dictionary of your own as UTF-8; {rest}", _AS_TRAINED)
            raise _malformed(name, number, found, "UTF-8", remedy) from error
    return lines


def read_lines(path: Path) -> list[str]:
    """Return a dictionary's lines as PaddleOCR reads them, with whatever is wrong with them.

    ``BaseRecLabelDecode`` in ppocr/postprocess/rec_postprocess.py; bytes that are not UTF-8 as U+DC80 to
    U+DCFF.
    """
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    return [without_returns(line) for line in text.removesuffix("\n").split("\n")]


def _strict(name: str, oddity: Oddity, lines: int) -> IntegrityError:
    """Return why a dictionary for a new head is refused."""
    number, pitfall = oddity.number, PITFALLS[oddity.kind]
    one = msg("one character a line")
    if oddity.kind is Kind.BOM:
        allowed, remedy = msg("UTF-8 without one"), msg('save as "UTF-8", not "UTF-8 with BOM"')
        return _malformed(name, 1, msg("a byte order mark"), allowed, remedy, pitfall)
    if oddity.kind is Kind.CRLF:
        found, remedy = msg("a Windows line end (CRLF)"), msg("convert it: dos2unix FILE")
        return _malformed(name, number, found, msg("LF line ends"), remedy, pitfall)
    if oddity.kind is Kind.EMPTY:
        return _malformed(name, number, msg("an empty line"), one, msg("remove the line"), pitfall)
    if oddity.kind is Kind.CONTROL:
        found = msg('the control character in "{text}"', printable(oddity.text))
        if BOM in oddity.text:
            pitfall = Pitfall.DICTIONARY_BOM
        return _malformed(
            name, number, found, msg("characters that print"), msg("remove it"), pitfall
        )
    if oddity.kind is Kind.SEVERAL:
        found = msg("{text} characters: {text2}", len(oddity.text), code_point(oddity.text))
        return _malformed(name, number, found, one, msg("give each its own line"), pitfall)
    if number > lines:
        found = msg("a space, and use_space_char adds a second one at the end")
        remedy = msg("remove the line, or set use_space_char = false")
        return _malformed(name, oddity.first, found, msg("one space"), remedy, pitfall)
    found = msg("{entry}, which is on line {first} already", code_point(oddity.text), oddity.first)
    remedy = msg("remove one of the two")
    return _malformed(name, number, found, msg("each character once"), remedy, pitfall)


def _malformed(
    name: str, line: int, found: str, allowed: str, remedy: str, pitfall: Pitfall | None = None
) -> IntegrityError:
    shown = printable(name)
    message = msg(
        "the dictionary {name}, line {line}: found {found}; allowed is {allowed}",
        shown,
        line,
        found,
        allowed,
    )
    return IntegrityError(message, f"{shown}:{line}", remedy, pitfall)
