"""A raw line made showable: what a terminal would show of it in the end, with no power over the terminal."""

from __future__ import annotations

import re
import unicodedata

from rich.cells import cell_len, get_character_cell_size

from pipeline.text import one_line

#: Characters of a line that are shown.
LONGEST_SHOWN = 8 * 1024
#: Of a progress line, overwritten again and again, only the end matters.
_PROGRESS_END = 8 * 1024
_TAB = 8
#: Marks that may stand on one character; a script's own spelling needs three.
_MARKS = 4

#: A string of OSC, DCS, SOS, PM or APC up to its terminator; without one, nothing but its opening is taken.
_STRING = r"[^\x07\x18\x1a\x1b\x80-\x9f]*(?:\x07|\x1b\\|\x9c)"
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    rf"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f]){_STRING}"
    r"|\x1b[ -/]*[0-~]"
)
#: What moves within the row: carriage return, backspace, erase in line.
_MOVES = re.compile(r"(\r|\x08|(?:\x1b\[|\x9b)[0-2]?K)")
_VARIATION = re.compile("[\ufe0e\ufe0f]")  # terminals disagree on how wide they make a character


def shown(line: bytes) -> str:
    """Return what is shown of a line: the beginning of its clean text, all of it printable."""
    return clean(line)[:LONGEST_SHOWN]


def clean(data: bytes) -> str:
    """Return a line's text: overwriting done, escape codes taken out, other controls made visible."""
    text = data.decode("utf-8", "backslashreplace")
    if text.isascii() and text.isprintable():
        return text
    text = _overwritten(text) if "\r" in text or "\x08" in text else _ESCAPES.sub("", text)
    if "\t" in text:
        text = _without_tabs(text)
    if not text.isascii():
        text = _with_few_marks(_VARIATION.sub("", text))
    return one_line(text)


def _without_tabs(text: str) -> str:
    first, *others = text.split("\t")
    done, width = [first], cell_len(first)
    for part in others:
        gap = _TAB - width % _TAB
        done += [" " * gap, part]
        width += gap + cell_len(part)
    return "".join(done)


def _with_few_marks(text: str) -> str:
    """Drop marks that pile up on a character, which would smear over other lines."""
    kept, run = [], 0
    for character in text:
        run = run + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if run <= _MARKS:
            kept.append(character)
    return "".join(kept)


def _overwritten(text: str) -> str:
    """Return what is left on the row after carriage returns, backspaces and erasures."""
    text = text.rstrip("\r")
    end = text[-_PROGRESS_END:]
    if len(end) < len(text) and "\r" in end:
        text = end[end.index("\r") :]
    row = _Row()
    for part in _MOVES.split(text):
        if _MOVES.fullmatch(part):
            row.move(part)
        else:
            row.write(_ESCAPES.sub("", part))
    return row.text


class _Row:
    """One row of a terminal: a string a column, "" for the second half of a wide character."""

    def __init__(self) -> None:
        self._cells: list[str] = []
        self._column = 0

    @property
    def text(self) -> str:
        return "".join(self._cells).rstrip(" ")

    def move(self, code: str) -> None:
        if code == "\r":
            self._column = 0
        elif code == "\x08":
            self._column = max(0, self._column - 1)
        elif code.endswith("2K"):
            self._cells = [" "] * self._column
        elif code.endswith("1K"):
            self._cells[: self._column] = [" "] * self._column
        else:
            self._cut_at(self._column)
            del self._cells[self._column :]

    def write(self, text: str) -> None:
        for character in _without_tabs(text) if "\t" in text else text:
            width = get_character_cell_size(character)
            if width:
                self._put(character, width)
            elif self._column and self._column <= len(self._cells):
                self._cells[self._column - 1] += character
            else:
                self._put(character, 1)

    def _put(self, character: str, width: int) -> None:
        end = self._column + width
        self._cells += [" "] * (end - len(self._cells))
        self._cut_at(self._column)
        self._cut_at(end)
        self._cells[self._column : end] = [character, *[""] * (width - 1)]
        self._column = end

    def _cut_at(self, column: int) -> None:
        """Blank a wide character that ``column`` would cut in two."""
        if 0 < column < len(self._cells) and not self._cells[column]:
            self._cells[column - 1 : column + 1] = [" ", " "]
