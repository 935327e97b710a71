"""What a developer of an app has at hand to look at a package with, which says nothing of our mistakes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def says_nothing(package: Path) -> bool:
    """Return whether the package is whole and well formed, as `unzip -t` sees it."""
    words = [sys.executable, "-m", "zipfile", "-t", str(package)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.returncode == 0 and done.stdout == "Done testing\n" and not done.stderr


def loads_here(library: Path) -> bool:
    """Return whether this machine's own loader takes a library."""
    words = [sys.executable, "-c", "import ctypes, sys; ctypes.CDLL(sys.argv[1])", str(library)]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0
