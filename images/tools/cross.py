"""``cross.py RECIPE OUT EMULATOR``: put Debian's packages, such as a compiler and an emulator, into ``OUT``.

``RECIPE/packages.sha256`` lists them as ``sha256sum`` writes them. One that is another ends the build: which
compiler and which emulator ran a file is part of what a run shows. Where Debian's mirrors have newer ones by
now, they come from its archive of all that was ever published (snapshot.debian.org). Of qemu's many emulators
only ``EMULATOR`` is kept, of the documentation only licences.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import unquote

from debian import download, unpack
from files import settle

#: A day on which the mirrors had all of the recorded packages.
_DAY = "20261128T000000Z"
#: What was published long ago is signed as of then.
_ARCHIVE = """
deb [check-valid-until=no] http://snapshot.debian.org/archive/debian/{day} bookworm main
deb [check-valid-until=no] http://snapshot.debian.org/archive/debian-security/{day} bookworm-security main
"""
_EMULATORS = "usr/bin/qemu-*"
_DROPPED = ("etc", "usr/sbin", "usr/share/man", "usr/share/locale", "usr/share/lintian")
_LICENCE = "copyright"


def main(recipe: Path, out: Path, emulator: str) -> None:
    """Fetch the packages, compare their hashes, and unpack them."""
    lines = (recipe / "packages.sha256").read_text().splitlines()
    expected = {name: digest for digest, name in map(str.split, lines)}
    with tempfile.TemporaryDirectory() as debs:
        for package in fetch(list(expected), Path(debs)):
            check(package, expected)
            unpack(package, out)
    for path in out.glob(_EMULATORS):
        if path.name != emulator:
            path.unlink()
    for name in _DROPPED:
        shutil.rmtree(out / name, ignore_errors=True)
    for path in out.glob("usr/share/doc/*/*"):
        if path.is_file() and path.name != _LICENCE:
            path.unlink()
    settle(out)


def fetch(
    files: list[str], folder: Path, sources: Path = Path("/etc/apt/sources.list.d")
) -> list[Path]:
    """Fetch packages of just the versions in their files' names; from the archive if need be."""
    parts = [unquote(name).split("_") for name in files]
    wanted = [f"{name}={version}" for name, version, _architecture in parts]
    try:
        return download(wanted, folder)
    except subprocess.CalledProcessError:
        print(f"the mirrors have other versions by now; asking Debian's archive as of {_DAY}")
        (sources / "archive.list").write_text(_ARCHIVE.format(day=_DAY))
        return download(wanted, folder)


def check(package: Path, expected: dict[str, str]) -> None:
    """End the build if a package is not the recorded one."""
    actual = hashlib.sha256(package.read_bytes()).hexdigest()
    if expected.get(package.name) != actual:
        sys.exit(f"{package.name} is not the recorded package: its SHA-256 is {actual}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
