"""Save what a terminal showed as an SVG that fetches nothing when it is looked at."""

from __future__ import annotations

import re
from pathlib import Path

from rich.console import Console

#: Rich names fonts on a server; the reader's own monospaced font does as well.
_FONT_FACE = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)


def save(console: Console, title: str, target: Path) -> None:
    """Write what a recording console printed."""
    picture = console.export_svg(title=title, unique_id=target.stem)
    target.write_text(_FONT_FACE.sub("", picture), encoding="utf-8")
