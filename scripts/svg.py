"""Save what a terminal showed as an SVG that fetches nothing when it is looked at."""

from __future__ import annotations

import re
from pathlib import Path

from rich.console import Console

#: Rich names fonts on a server; the reader's own monospaced font does as well.
_FONT_FACE = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
_INDENTED = re.compile(
    r'x="([\d.]+)" (y="[\d.]+") textLength="([\d.]+)"( [^>]*>)((?:&#160;)+)([^<])'
)
#: How wide Rich draws a character.
_CELL = 12.2


def save(console: Console, title: str, target: Path) -> None:
    """Write what a recording console printed."""
    picture = console.export_svg(title=title, unique_id=target.stem)
    picture = _INDENTED.sub(_moved, _FONT_FACE.sub("", picture))
    target.write_text(picture, encoding="utf-8")


def _moved(found: re.Match[str]) -> str:
    """Move an indented text to where it begins: some viewers leave leading spaces out."""
    x, y, length, rest, spaces, first = found.groups()
    shift = spaces.count(";") * _CELL
    return f'x="{float(x) + shift:g}" {y} textLength="{float(length) - shift:g}"{rest}{first}'
