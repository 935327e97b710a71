"""Render the example's pages: ``render_pages.py OUT [--seed 7] [--fonts DIR] [--count N]``.

Leaves ``OUT/data/`` with ``test.txt`` (PaddleOCR's label file for detection), its images and
``SHA256SUMS``. The same seed gives the same bytes, with the same Pillow and the same fonts.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from pages import FONTS, PAGES, Page, pages_of
from rendering import parse, parser_of, render, write


def main(arguments: Sequence[str] | None = None) -> int:
    """Render what the command line asks for; return the exit code."""
    options = parse(parser_of("Render pages of short entries.", "pages"), arguments)
    chosen = pages_of(options.seed, options.count or PAGES)
    return render(
        options, _missing(options.fonts), lambda folder: _draw(folder, chosen, options.fonts)
    )


def _missing(fonts: Path) -> str:
    missing = [name for name in FONTS if not (fonts / f"{name}.ttf").is_file()]
    return f"{len(missing)} fonts, first {missing[0]}.ttf" if missing else ""


def _draw(folder: Path, pages: Iterable[Page], fonts: Path) -> None:
    # Pillow is imported where it is needed: the choice of the pages can be tested without it.
    from sheets import draw_page  # noqa: PLC0415

    labels = []
    for page in pages:
        image, regions = draw_page(page, fonts)
        write(folder / page.path, image)
        listed = [{"transcription": text, "points": corners} for text, corners in regions]
        labels.append(f"{page.path}\t{json.dumps(listed)}\n")
    write(folder / "test.txt", "".join(labels).encode())


if __name__ == "__main__":
    sys.exit(main())
