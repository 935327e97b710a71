"""What the renderers share: their command line, and a data folder that is there whole or not at all.

Standard library only: which lines and pages there are can be tested without Pillow.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

#: Where the examples' image has its fonts.
FONTS = Path("/opt/fonts")
USAGE = 2


def parser_of(description: str, counted: str) -> argparse.ArgumentParser:
    """Return a parser of ``OUT [--seed 7] [--fonts DIR] [--count N]``; ``counted`` tells N's unit."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("out", type=Path, metavar="OUT", help="OUT/data must not be there yet")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--fonts", type=Path, default=FONTS, metavar="DIR")
    parser.add_argument("--count", type=int, help=f"{counted}, instead of the usual number")
    return parser


def parse(
    parser: argparse.ArgumentParser, arguments: Sequence[str] | None = None
) -> argparse.Namespace:
    """Read the command line; ``count`` is None unless it is given."""
    options = parser.parse_args(arguments)
    if options.count is not None and options.count < 1:
        parser.error(f"--count must be at least 1, not {options.count}")
    return options


def render(options: argparse.Namespace, missing: str, fill: Callable[[Path], None]) -> int:
    """Let ``fill`` write ``OUT/data``, add ``SHA256SUMS``, and return the exit code.

    Args:
        options: of :func:`parse`.
        missing: which fonts are not there; "" if all are.
        fill: writes into the folder that becomes ``OUT/data`` when it is complete.
    """
    data = options.out / "data"
    problem = f"{data} exists and stays as it is: remove it, or name another folder"
    if data.exists() or missing:
        said = problem if data.exists() else f"{options.fonts} lacks {missing}"
        sys.stderr.write(f"{Path(sys.argv[0]).name}: {said}\n")
        return USAGE
    partial = data.with_name("data.partial")
    if partial.exists():
        shutil.rmtree(partial)
    fill(partial)
    write(partial / "SHA256SUMS", _sums(partial).encode())
    partial.rename(data)
    return 0


def write(path: Path, data: bytes) -> None:
    """Write a file, and the folders that lead to it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _sums(folder: Path) -> str:
    """Return what ``sha256sum -c`` reads, for every file below ``folder``."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n"
        for path in files
    )
