"""The command line's parsers: argparse, with columns and folded lines counted in cells of a terminal."""

from __future__ import annotations

import argparse
import gettext
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

from rich.cells import cell_len

from tui.language import LANGUAGES, _, translated


class Formatter(argparse.RawDescriptionHelpFormatter):
    """argparse counts characters; a Chinese one is two cells wide and may stand at a line's end."""

    def _split_lines(self, text: str, width: int) -> list[str]:
        if text.isascii():
            return super()._split_lines(text, width)
        return list(fold(" ".join(text.split()), width))

    def _format_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None,
    ) -> str:
        """Indent the lines after the first by the prefix's cells, not by its characters."""
        shown = gettext.gettext("usage: ") if prefix is None else prefix
        stand_in = " " * cell_len(shown)
        return shown + super()._format_usage(usage, actions, groups, stand_in)[len(stand_in) :]


class Parser(argparse.ArgumentParser):
    """A parser of ours; ``--lang`` is taken from the words before it sees them (:func:`take_language`)."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"formatter_class": Formatter, **settings})

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the words; Python 3.10 does not translate all of it."""
        super().error(translated(message))

    def add_language(self) -> None:
        """Show ``--lang`` in the help."""
        names = ", ".join(LANGUAGES)
        self.add_argument(
            "--lang",
            metavar="LANG",
            help=_("speak this language: {names} (default: the environment's)").format(names=names),
        )


def take_language(words: list[str]) -> tuple[str | None, list[str]]:
    """Take ``--lang LANG`` out of the words, wherever it stands before ``--``; return it and the rest."""
    parser = argparse.ArgumentParser(prog="paddock", add_help=False, allow_abbrev=False)
    parser.add_argument("--lang", metavar="LANG")
    end = words.index("--") if "--" in words else len(words)
    found, rest = parser.parse_known_args(words[:end])
    return found.lang, [*rest, *words[end:]]


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
    """Tell what no line may begin with: spaces, commas, full stops, closing brackets and quotes."""
    return character == " " or unicodedata.category(character) in ("Po", "Pe", "Pf")


def _is_wide(character: str) -> bool:
    return cell_len(character) > 1
