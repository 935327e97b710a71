"""Render the example's pages: ``python render_pages.py OUT [--seed 7] [--fonts DIR] [--count N]``.

Leaves ``OUT/data/`` with ``test.txt`` (PaddleOCR's label file for detection), its images and
``SHA256SUMS``. The same seed gives the same bytes, with the same Pillow and the same fonts.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from pages import FONTS, PAGES, pages_of

#: Where the example's image has its fonts.
FOLDER = Path("/opt/fonts")
USAGE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Render what the command line asks for; return the exit code."""
    options = _parse(arguments)
    data = options.out / "data"
    problem = _problem(data, options.fonts)
    if problem:
        sys.stderr.write(f"render_pages.py: {problem}\n")
        return USAGE
    partial = data.with_name("data.partial")
    if partial.exists():
        shutil.rmtree(partial)
    _render(partial, options.fonts, options.seed, options.count)
    _write(partial / "SHA256SUMS", _sums(partial).encode())
    partial.rename(data)
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Render pages of short entries.")
    parser.add_argument("out", type=Path, metavar="OUT", help="OUT/data must not be there yet")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--fonts", type=Path, default=FOLDER, metavar="DIR")
    parser.add_argument("--count", type=int, default=PAGES, help=f"pages, instead of {PAGES}")
    options = parser.parse_args(arguments)
    if options.count < 1:
        parser.error(f"--count must be at least 1, not {options.count}")
    return options


def _problem(data: Path, fonts: Path) -> str:
    """Say why it cannot start; the empty string if it can."""
    if data.exists():
        return f"{data} exists and stays as it is: remove it, or name another folder"
    missing = [name for name in FONTS if not (fonts / f"{name}.ttf").is_file()]
    if missing:
        return f"{fonts} lacks {len(missing)} fonts, first {missing[0]}.ttf"
    return ""


def _render(folder: Path, fonts: Path, seed: int, count: int) -> None:
    # Pillow is imported where it is needed: the choice of the pages can be tested without it.
    from sheets import draw_page  # noqa: PLC0415

    labels = []
    for page in pages_of(seed, count):
        image, regions = draw_page(page, fonts)
        _write(folder / page.path, image)
        listed = [{"transcription": text, "points": corners} for text, corners in regions]
        labels.append(f"{page.path}\t{json.dumps(listed)}\n")
    _write(folder / "test.txt", "".join(labels).encode())


def _sums(folder: Path) -> str:
    """Return what ``sha256sum -c`` reads, for every file below ``folder``."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n"
        for path in files
    )


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


if __name__ == "__main__":
    sys.exit(main())
