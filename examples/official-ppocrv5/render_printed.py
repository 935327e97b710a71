"""Render the example's lines: ``python render_printed.py OUT [--seed 7] [--fonts DIR] [--count N]``.

Leaves ``OUT/data/`` with ``test.txt`` (PaddleOCR's label file), its images and ``SHA256SUMS``. The same
seed gives the same bytes, with the same Pillow and the same fonts. Lines are drawn as those of the
alphanumeric example are; in the image the files of all examples lie side by side.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from printed import LINES, PACKAGES, lines_of

#: Where the example's image has its fonts.
FONTS = Path("/opt/fonts")
USAGE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Render what the command line asks for; return the exit code."""
    options = _parse(arguments)
    data = options.out / "data"
    problem = _problem(data, options.fonts)
    if problem:
        sys.stderr.write(f"render_printed.py: {problem}\n")
        return USAGE
    partial = data.with_name("data.partial")
    if partial.exists():
        shutil.rmtree(partial)
    _render(partial, options.fonts, options.seed, options.count)
    _write(partial / "SHA256SUMS", _sums(partial).encode())
    partial.rename(data)
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Render printed lines, Latin and Chinese.")
    parser.add_argument("out", type=Path, metavar="OUT", help="OUT/data must not be there yet")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--fonts", type=Path, default=FONTS, metavar="DIR")
    parser.add_argument("--count", type=int, default=LINES, help=f"lines, instead of {LINES}")
    options = parser.parse_args(arguments)
    if options.count < 1:
        parser.error(f"--count must be at least 1, not {options.count}")
    return options


def _problem(data: Path, fonts: Path) -> str:
    """Say why it cannot start; the empty string if it can."""
    if data.exists():
        return f"{data} exists and stays as it is: remove it, or name another folder"
    missing = [name for name in PACKAGES if not (fonts / f"{name}.ttf").is_file()]
    if missing:
        package = PACKAGES[missing[0]]
        return f"{fonts} lacks {missing[0]}.ttf: install the package {package}"
    return ""


def _render(folder: Path, fonts: Path, seed: int, count: int) -> None:
    # Pillow is imported where it is needed: the choice of the lines can be tested without it.
    from drawing import draw_jpeg  # noqa: PLC0415

    labels = []
    for line in lines_of(seed, count):
        _write(folder / line.path, draw_jpeg(line, fonts))
        labels.append(f"{line.path}\t{line.text}\n")
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
