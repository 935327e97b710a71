"""Debian packages for a build stage: apt checks their signatures, their scripts never run."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def download(packages: list[str], folder: Path) -> list[Path]:
    """Fetch ``packages`` into ``folder`` and return the files."""
    folder.chmod(0o777)  # apt downloads as a user of its own
    environment = {**os.environ, "HOME": "/root", "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-q"], ["apt-get", "download", "-q", *packages]):
        subprocess.run(command, cwd=folder, env=environment, check=True)
    return sorted(folder.glob("*.deb"))


def unpack(package: Path, out: Path) -> None:
    """Unpack a package's files, and leave its description where scanners look for it."""
    subprocess.run(["dpkg", "-x", str(package), str(out)], check=True)
    status = out / "var" / "lib" / "dpkg" / "status.d"
    status.mkdir(parents=True, exist_ok=True)
    show = subprocess.run(["dpkg", "-f", str(package)], check=True, capture_output=True)
    (status / package.name.partition("_")[0]).write_bytes(show.stdout)
