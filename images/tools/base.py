"""``base.py OUT``: what the base image has beside its packages.

The user that stages run as, the folders where volumes are mounted, bytecode of the standard library
(the official Python image ships none) and the OpenMP runtime where the base lacks it.
"""

from __future__ import annotations

import ctypes.util
import shutil
import sys
import sysconfig
import tempfile
from pathlib import Path

from debian import download, unpack
from files import compile_tree, settle

USER = "paddock:x:10001:10001:Paddock stages:/tmp:/usr/sbin/nologin\n"
GROUP = "paddock:x:10001:\n"


def main(out: Path) -> None:
    """Fill ``out``, which becomes ``/``."""
    add_user(out)
    (out / "opt" / "paddock").mkdir(parents=True)
    inputs = out / "paddock" / "inputs"
    inputs.mkdir(parents=True)
    compile_standard_library(out)
    if ctypes.util.find_library("gomp") is None:
        with tempfile.TemporaryDirectory() as folder:
            for package in download(["libgomp1"], Path(folder)):
                unpack(package, out)
    settle(out)
    # A fresh volume takes owner and mode from here. They are root's, and open to the stages' user: the engine
    # writes an owner's name into the layer as its own host knows it, and root has the same everywhere.
    for folder in (inputs.parent, inputs):
        folder.chmod(0o777)


def add_user(out: Path) -> None:
    """Append the stages' user and group to the base's own."""
    (out / "etc").mkdir(exist_ok=True)
    for name, line in (("passwd", USER), ("group", GROUP)):
        (out / "etc" / name).write_text(Path("/etc", name).read_text() + line)


def compile_standard_library(out: Path) -> None:
    """Compile a copy of the standard library and keep its bytecode."""
    library = Path(sysconfig.get_path("stdlib"))
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / library.relative_to("/")
        unwanted = shutil.ignore_patterns("site-packages", "test", "tests", "__pycache__", "*.so")
        shutil.copytree(library, copy, ignore=unwanted, symlinks=True)
        compile_tree(copy, Path(folder))
        for path in copy.rglob("*.pyc"):
            target = out / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
