"""``fonts.py RECIPE OUT``: put the example's fonts from Debian packages into ``OUT/opt/fonts``.

``RECIPE/packages.txt`` names the packages and ``RECIPE/fonts.sha256`` the fonts with their hashes,
as ``sha256sum`` writes them. A font that is missing or another one ends the build: the example
would draw other images.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from pathlib import Path

from debian import download, unpack
from files import settle


def main(recipe: Path, out: Path) -> None:
    """Take the fonts that the recipe names out of their packages."""
    fonts = out / "opt" / "fonts"
    fonts.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as debs, tempfile.TemporaryDirectory() as root:
        packages = (recipe / "packages.txt").read_text().split()
        for package in download(packages, Path(debs)):
            unpack(package, Path(root))
        found = {path.name: path for path in sorted(Path(root).rglob("*.ttf"))}
        for line in (recipe / "fonts.sha256").read_text().splitlines():
            expected, name = line.split()
            take(name, expected, found, fonts)
        licences = Path(root, "usr/share/doc").glob("*/copyright")
        for licence in sorted(licences):
            shutil.copy(licence, fonts / f"{licence.parent.name}.copyright")
    settle(out)


def take(name: str, expected: str, found: dict[str, Path], fonts: Path) -> None:
    """Copy one font after comparing its hash."""
    if name not in found:
        sys.exit(f"none of the packages has the font {name}")
    data = found[name].read_bytes()
    actual = hashlib.sha256(data).hexdigest()
    if actual != expected:
        sys.exit(f"{name} is not the font it was: SHA-256 {actual}, not {expected}")
    (fonts / name).write_bytes(data)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
