"""What the image tools share: pip with the user's certificates, bytecode, settled file times."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

#: Every file of an image has this time (2025-01-01), so that equal content gives an equal layer.
MOMENT = 1735689600
#: Where a build stage finds the user's certificates, if there are any.
CERTIFICATES = Path("/ca")


def pip(command: str, *options: str, lock: Path) -> None:
    """Run a pip command on a hash-pinned lock, with PyPI's or the user's index."""
    settings = dict(os.environ)
    if not settings.get("PIP_INDEX_URL"):
        settings.pop("PIP_INDEX_URL", None)
    fixed = ["--require-hashes", "--no-deps", "--no-cache-dir", "--disable-pip-version-check"]
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as bundle:
        certificates = user_certificates()
        if certificates:
            bundle.write(system_certificates() + certificates)
            bundle.flush()
            settings["PIP_CERT"] = bundle.name
        subprocess.run(
            [sys.executable, "-m", "pip", command, *fixed, *options, "-r", str(lock)],
            env={**settings, "PIP_ROOT_USER_ACTION": "ignore", "PIP_PROGRESS_BAR": "off"},
            check=True,
        )


def user_certificates() -> str:
    """Return the PEM text of ``images/ca/*.pem``, or nothing."""
    return "".join(f"{path.read_text()}\n" for path in sorted(CERTIFICATES.glob("*.pem")))


def system_certificates() -> str:
    """Return the PEM text that pip itself trusts: a user's bundle may hold one authority only."""
    show = "import pip._vendor.certifi as c; print(open(c.where()).read())"
    result = subprocess.run(
        [sys.executable, "-c", show], check=True, capture_output=True, text=True
    )
    return result.stdout


def compile_tree(folder: Path, root: Path) -> None:
    """Write bytecode that is valid whatever the file times are, and the same in every build."""
    options = ["-q", "-j1", "--invalidation-mode", "unchecked-hash", "-s", str(root), "-p", "/"]
    subprocess.run(
        [sys.executable, "-m", "compileall", *options, str(folder)],
        env={**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": ""},
        check=False,  # some packages ship templates and test data that are no valid Python
    )


def settle_times(root: Path) -> None:
    """Give ``root`` and all below it the same time."""
    for path in (root, *root.rglob("*")):
        os.utime(path, (MOMENT, MOMENT), follow_symlinks=False)
