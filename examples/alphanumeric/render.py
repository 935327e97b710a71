"""Render the example's data set: ``render.py OUT [--seed 7] [--fonts DIR] [--only SPLIT] [--count N]``.

Leaves ``OUT/data/`` with ``train.txt``, ``val.txt`` and ``test.txt`` (PaddleOCR's label files),
their images, ``dict.txt`` and ``SHA256SUMS``. The same seed gives the same bytes, with the same
Pillow and the same fonts.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from lines import ALPHABET, SPLITS, lines_of, missing_fonts
from rendering import parse, parser_of, render, write


def main(arguments: Sequence[str] | None = None) -> int:
    """Render what the command line asks for; return the exit code."""
    parser = parser_of("Render lines of digits and capitals.", "lines a split")
    parser.add_argument("--only", choices=tuple(SPLITS), help="this split alone, no dictionary")
    options = parse(parser, arguments)
    splits: tuple[str, ...] = tuple(SPLITS) if options.only is None else (options.only,)

    def fill(folder: Path) -> None:
        # Pillow is imported where it is needed: the choice of the lines can be tested without it.
        from drawing import draw_split  # noqa: PLC0415

        for split in splits:
            chosen = lines_of(split, options.seed, options.count)
            draw_split(folder, split, chosen, options.fonts)
        if options.only is None:
            write(folder / "dict.txt", "".join(f"{character}\n" for character in ALPHABET).encode())

    return render(options, _missing(options.fonts, splits), fill)


def _missing(fonts: Path, splits: tuple[str, ...]) -> str:
    missing = missing_fonts(fonts, splits)
    if not missing:
        return ""
    file, package = missing[0]
    return f"{len(missing)} fonts, first {file}: install the package {package}"


if __name__ == "__main__":
    sys.exit(main())
