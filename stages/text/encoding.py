"""The lines of a text file as editors and tools of all systems leave it, and which encoding it is in.

UTF-8 is read, with a byte order mark and Windows line ends too. Any other encoding is named and not read: no
guess is sure enough to train on. Standard library only: the host uses it too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from stages.message import msg
from stages.text.printable import quoted

_BOM = b"\xef\xbb\xbf"
#: Byte order mark -> name, codec. Those of UTF-32 begin with those of UTF-16.
_MARKS = {
    b"\xff\xfe\x00\x00": ("UTF-32", "utf-32"),
    b"\x00\x00\xfe\xff": ("UTF-32", "utf-32"),
    b"\xff\xfe": ("UTF-16", "utf-16"),
    b"\xfe\xff": ("UTF-16", "utf-16"),
}
#: Text of mostly ASCII in UTF-16 has a NUL in this share of its bytes and more.
_NULS = 0.2
#: Share of the characters beyond ASCII that must be usual ones of an encoding's language.
_USUAL = 0.6


@dataclass(frozen=True)
class Foreign:
    """An encoding that is not UTF-8: its name, iconv's name for it, and what a line would be in it."""

    name: str
    iconv: str
    sample: str

    def message(self) -> str:
        """Say that the file is not UTF-8, and what it seems to be."""
        return msg(
            "not UTF-8 but {name}, it seems: in that a line is {sample}", self.name, self.sample
        )

    def remedy(self, file: str) -> str:
        """Say how to save ``file`` as UTF-8 on each system."""
        return msg(
            'save it as UTF-8: on Linux and macOS "iconv -f {encoding} -t UTF-8 {file} > NEW", on Windows '
            'in Notepad by "Save as" with the encoding UTF-8',
            self.iconv,
            file,
        )


@dataclass(frozen=True)
class Text:
    """A file's lines: str, or bytes where a line is not UTF-8."""

    lines: list[str | bytes]
    bom: bool = False
    windows: bool = False
    """whether lines end as on Windows, or as on an old Mac"""
    foreign: Foreign | None = None
    """the encoding of a file that is not UTF-8 as a whole; it has no lines then"""


def read_text(data: bytes) -> Text:
    """Return a file's lines without line ends and byte order mark; empty ones at its end are left out."""
    foreign = _of_16_bits(data)
    if foreign:
        return Text([], foreign=foreign)
    bom = data.startswith(_BOM)
    body = data.removeprefix(_BOM)
    windows = b"\r\n" in body or (b"\r" in body and b"\n" not in body)
    if windows:
        body = body.replace(b"\r\n", b"\n")
        body = body if b"\n" in body else body.replace(b"\r", b"\n")
    body = body.rstrip(b"\n")
    try:
        lines: list[str | bytes] = [*body.decode("utf-8").split("\n")] if body else []
    except UnicodeDecodeError:
        lines = [_decoded(line) for line in body.split(b"\n")]
        foreign = _of_8_bits(b"\n".join(line for line in lines if isinstance(line, bytes)))
        lines = [] if foreign else lines
    return Text(lines, bom, windows, foreign)


def plain_remedy(file: str) -> str:
    """Say how to save a file without byte order mark and with plain line ends, on each system."""
    return msg(
        'to save it plainly: on Linux and macOS "dos2unix {file}", on Windows in an editor such as VS Code '
        'with the encoding "UTF-8" and the line end "LF"',
        file,
    )


def _decoded(line: bytes) -> str | bytes:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line


def _of_16_bits(data: bytes) -> Foreign | None:
    if b"\0" not in data:
        return None
    for mark, (name, codec) in _MARKS.items():
        if data.startswith(mark):
            return _foreign(name, name, codec, data)
    pairs = max(len(data) // 2, 1)
    for first, iconv in ((1, "UTF-16LE"), (0, "UTF-16BE")):
        if data[first::2].count(0) > _NULS * 2 * pairs and not data[1 - first :: 2].count(0):
            return _foreign("UTF-16", iconv, iconv, data)
    return None


def _foreign(name: str, iconv: str, codec: str, data: bytes) -> Foreign:
    lines = data.decode(codec, "replace").replace("\r", "").split("\n")
    beyond = (line for line in lines if not line.isascii())
    return Foreign(name, iconv, quoted(next(beyond, lines[0])))


def _of_8_bits(data: bytes) -> Foreign | None:
    """Return the encoding in which most of the characters beyond ASCII are usual ones, if there is one."""
    best, share = None, _USUAL
    for name, iconv, codec, usual, least in _EIGHT_BITS:
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        beyond = {found.group(): found.start() for found in _BEYOND.finditer(text)}
        fitting = sum(usual(text, at) for at in beyond.values())
        if len(beyond) >= least and fitting / len(beyond) > share:
            best, share = _foreign(name, iconv, codec, data), fitting / len(beyond)
    return best


_BEYOND = re.compile(r"[^\x00-\x7f]")
#: Whether the character at a place of a text is a usual one.
_Usual = Callable[[str, int], bool]


def _in(codec: str, first: int, last: int) -> _Usual:
    """Return a test for characters whose first byte is between two: where an encoding has its usual ones."""

    def usual(text: str, at: int) -> bool:
        try:
            return first <= text[at].encode(codec)[0] <= last
        except UnicodeEncodeError:
            return False

    return usual


def _alone(text: str, at: int) -> bool:
    """Return whether a letter of Western Europe stands among others, as é does in a word."""
    around = text[max(at - 1, 0) : at] + text[at + 1 : at + 2]
    return "À" <= text[at] <= "ÿ" and around.isascii() and any(map(str.isalpha, around))


#: Name, iconv's name, Python's, what is usual in it, and how many different characters it takes to tell.
#: The most frequent characters of each set have a range of their own: the syllables of KS X 1001, level 1 of
#: GB 2312, of JIS X 0208 (with kana) and of Big5. The Korean range lies within the Chinese ones: it comes
#: first and needs more.
_EIGHT_BITS: tuple[tuple[str, str, str, _Usual, int], ...] = (
    ("EUC-KR", "CP949", "cp949", _in("euc_kr", 0xB0, 0xC8), 8),
    ("GBK", "GB18030", "gb18030", _in("gb2312", 0xB0, 0xD7), 1),
    ("EUC-JP", "EUC-JP", "euc_jp", _in("euc_jp", 0xA4, 0xCF), 1),
    ("Big5", "BIG5", "big5", _in("big5", 0xA4, 0xC6), 1),
    ("Shift-JIS", "CP932", "cp932", _in("euc_jp", 0xA4, 0xCF), 1),
    ("Windows-1252", "CP1252", "cp1252", _alone, 1),
)
