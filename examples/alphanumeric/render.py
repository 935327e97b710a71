"""Render the example's data set: ``python render.py OUT [--seed 7] [--fonts DIR]``.

Leaves ``OUT/data/`` with ``train.txt``, ``val.txt`` and ``test.txt`` (PaddleOCR's label files),
their images, ``dict.txt`` and ``SHA256SUMS``. The same seed gives the same bytes, with the same
Pillow and the same fonts.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from lines import ALPHABET, SPLITS, lines_of, missing_fonts

#: Where the example's image has its fonts.
FONTS = Path("/opt/fonts")
USAGE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Render what the command line asks for; return the exit code."""
    options = _parse(arguments)
    splits: tuple[str, ...] = tuple(SPLITS) if options.only is None else (options.only,)
    data = options.out / "data"
    problem = _problem(data, options.fonts, splits)
    if problem:
        sys.stderr.write(f"render.py: {problem}\n")
        return USAGE
    partial = data.with_name("data.partial")
    if partial.exists():
        shutil.rmtree(partial)
    for split in splits:
        _render_split(partial, split, options.fonts, options.seed, options.count)
    if options.only is None:
        _write(partial / "dict.txt", "".join(f"{character}\n" for character in ALPHABET).encode())
    _write(partial / "SHA256SUMS", _sums(partial).encode())
    partial.rename(data)
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Render lines of digits and capitals.")
    parser.add_argument("out", type=Path, metavar="OUT", help="OUT/data must not be there yet")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--fonts", type=Path, default=FONTS, metavar="DIR")
    parser.add_argument("--only", choices=tuple(SPLITS), help="this split alone, no dictionary")
    parser.add_argument("--count", type=int, help="lines a split, instead of the usual numbers")
    options = parser.parse_args(arguments)
    if options.count is not None and options.count < 1:
        parser.error(f"--count must be at least 1, not {options.count}")
    return options


def _problem(data: Path, fonts: Path, splits: tuple[str, ...]) -> str:
    """Say why it cannot start; the empty string if it can."""
    if data.exists():
        return f"{data} exists and stays as it is: remove it, or name another folder"
    missing = missing_fonts(fonts, splits)
    if missing:
        file, package = missing[0]
        return f"{fonts} lacks {len(missing)} fonts, first {file}: install the package {package}"
    return ""


def _render_split(folder: Path, split: str, fonts: Path, seed: int, count: int | None) -> None:
    # Pillow is imported where it is needed: the choice of the lines can be tested without it.
    from drawing import draw_jpeg  # noqa: PLC0415

    labels = []
    for line in lines_of(split, seed, count):
        _write(folder / line.path, draw_jpeg(line, fonts))
        labels.append(f"{line.path}\t{line.text}\n")
    _write(folder / f"{split}.txt", "".join(labels).encode())


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
