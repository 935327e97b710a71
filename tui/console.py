"""The one owner of stdout and stderr. stdout carries results only; stderr everything else."""

from __future__ import annotations

import codecs
import io
import json
import os
import sys
import unicodedata
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, TextIO

from rich.cells import cell_len

from pipeline.errors import PaddockError
from pipeline.text import one_line
from tui.language import _, translated

if TYPE_CHECKING:
    from tui.pipe import Pipe

#: What stands for our symbols where the encoding of the terminal or the pipe lacks them.
_PLAIN = {"✔": "+", "✘": "x", "▶": ">", "–": "-", "…": "...", "·": "-", "→": "->"}
_PLAINLY = "paddock.plainly"


def _plainly(error: UnicodeError) -> tuple[str, int]:
    """Encode what the encoding lacks as plain symbols and question marks; never fail."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(_PLAIN.get(character, "?") for character in lacking), error.end


codecs.register_error(_PLAINLY, _plainly)


class Terminal:
    """Writes for a person (or a pipe), never letting foreign text drive the terminal."""

    def __init__(self, width: int | None = None) -> None:
        for stream in (sys.stdout, sys.stderr):
            _never_fail(stream)
        # A pipe has no width: tables are then laid out for a wide line, not folded at 80.
        self._width = width or (None if sys.stdout.isatty() else 140)

    @cached_property
    def results(self) -> Pipe:
        """What writes to stdout."""
        from tui.pipe import Pipe  # noqa: PLC0415 - a run starts before it says anything

        return Pipe(width=self._width, highlight=False, soft_wrap=False)

    @cached_property
    def _notes(self) -> Pipe:
        from tui.pipe import Pipe  # noqa: PLC0415 - as above

        return Pipe(stderr=True, highlight=False, soft_wrap=True)

    @property
    def encoding(self) -> str:
        """How stdout encodes what is written to it."""
        return sys.stdout.encoding or "utf-8"

    def print(self, line: str, style: str = "") -> None:
        """Write a line to stdout; control characters in it are shown, not obeyed."""
        if style or "results" in vars(self):
            self.results.write_line(line, style)
        else:  # as Rich would, which takes a while to import
            self.raw(one_line(line))

    def raw(self, line: str) -> None:
        """Write a line of machine-readable output to stdout, unchanged."""
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def document(self, document: object) -> None:
        """Write a JSON document to stdout."""
        self.raw(json.dumps(document, indent=2))

    def note(self, line: str, style: str = "") -> None:
        """Write a line to stderr; control characters in it are shown, not obeyed."""
        if style:
            self._notes.write_line(line, style)
        else:
            sys.stderr.write(one_line(line) + "\n")
            sys.stderr.flush()

    def silence(self) -> None:
        """Write no more: the terminal is gone. What goes on is on the disk, and ends in its own way."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (sys.stdout, sys.stderr):
            os.dup2(nowhere, stream.fileno())

    def pass_on(self, sentence: str) -> None:
        """Write what the pipeline says meanwhile (in English) to stderr."""
        self.note(translated(sentence))

    def error(self, error: PaddockError) -> None:
        """Write what failed, where, and what to do."""
        self.failure(error.message, error.where, error.remedy, error.pitfall)

    def failure(self, message: str, where: str, remedy: str, pitfall: str = "") -> None:
        """Write an error's parts, each on a line of its own."""
        first, *rest = translated(message).splitlines() or [""]
        label = _("error: ")
        self.note(f"{label}{first}", "bold red")
        for line in rest:
            self.note(f"{' ' * cell_len(label)}{line}")
        if where:
            self.note(_("  where: {where}").format(where=translated(where)))
        if remedy:
            self.note(_("  do:    {remedy}").format(remedy=translated(remedy)), "bold")
        if pitfall:
            self.note(_("  why:   {command}").format(command=f"paddock explain {pitfall}"))


def _never_fail(stream: TextIO) -> None:
    """Replace what the stream's encoding lacks: a message half shown is better than none."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors=_PLAINLY)


def padded(text: str, cells: int, *, right: bool = False) -> str:
    """Return ``text`` with spaces to fill ``cells`` columns of a terminal; a Chinese character takes two."""
    spaces = " " * (cells - cell_len(text))
    return spaces + text if right else text + spaces


def is_interactive() -> bool:
    """Return whether a person sits at a terminal (``CI`` set means nobody does)."""
    return sys.stdin.isatty() and sys.stdout.isatty() and not os.environ.get("CI")


def fold(text: str, width: int) -> Iterator[str]:
    """Break ``text`` into lines of at most ``width`` cells: at spaces, and between wide characters."""
    line = ""
    for piece in _pieces(text):
        if line and cell_len((line + piece).rstrip()) > width:
            yield line.rstrip()
            line = ""
        line = line + piece if line else piece.lstrip()
    if line:
        yield line.rstrip()


def _pieces(text: str) -> Iterator[str]:
    """Give what must stay together: a word with its space, or a wide character with what closes it."""
    piece = ""
    for character in text:
        if piece and _may_break(piece[-1], character):
            yield piece
            piece = ""
        piece += character
    yield piece


def _may_break(before: str, after: str) -> bool:
    if before == " ":
        return True
    is_open = unicodedata.category(before) in ("Ps", "Pi")
    return (_is_wide(before) or _is_wide(after)) and not is_open and not _closes(after)


def _closes(character: str) -> bool:
    """Return whether no line may begin with it: a space, comma, full stop, closing bracket or quote."""
    return character == " " or unicodedata.category(character) in ("Po", "Pe", "Pf")


def _is_wide(character: str) -> bool:
    return cell_len(character) > 1
