"""A project to measure with, whose results and volumes are gone afterwards."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clock import paddock, timed

from pipeline.project import load_project

#: What runs and sweeps leave in a project.
_MADE = (".paddock", "out", "out.failed", "out.sweep", "paddock.lock", "paddock.locks")


@contextmanager
def copy_of(project: Path) -> Iterator[Path]:
    """Give a copy with nothing of earlier runs in it: the project's own results stay as they are."""
    load_project(project)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "project"
        made = shutil.ignore_patterns(*_MADE)
        shutil.copytree(project, folder, ignore=made)
        try:
            yield folder
        finally:
            timed([paddock(), "clean", "--volumes", str(folder)])
