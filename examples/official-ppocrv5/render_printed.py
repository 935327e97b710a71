"""Render the example's lines: ``render_printed.py OUT [--seed 7] [--fonts DIR] [--count N]``.

Leaves ``OUT/data/`` with ``test.txt`` (PaddleOCR's label file), its images and ``SHA256SUMS``. The same
seed gives the same bytes, with the same Pillow and the same fonts.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from printed import LINES, PACKAGES, lines_of
from rendering import parse, parser_of, render


def main(arguments: Sequence[str] | None = None) -> int:
    """Render what the command line asks for; return the exit code."""
    options = parse(parser_of("Render printed lines, Latin and Chinese.", "lines"), arguments)

    def fill(folder: Path) -> None:
        # Pillow is imported where it is needed: the choice of the lines can be tested without it.
        from drawing import draw_split  # noqa: PLC0415

        chosen = lines_of(options.seed, options.count or LINES)
        draw_split(folder, "test", chosen, options.fonts)

    return render(options, _missing(options.fonts), fill)


def _missing(fonts: Path) -> str:
    missing = [name for name in PACKAGES if not (fonts / f"{name}.ttf").is_file()]
    return f"{missing[0]}.ttf: install the package {PACKAGES[missing[0]]}" if missing else ""


if __name__ == "__main__":
    sys.exit(main())
