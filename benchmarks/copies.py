"""A project to measure with, whose results and volumes are gone afterwards."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clock import paddock, timed

from pipeline.project import load_project


@contextmanager
def copy_of(project: Path) -> Iterator[Path]:
    """Give a copy with nothing of earlier runs in it: the project's own results stay as they are."""
    load_project(project)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "project"
        made = shutil.ignore_patterns(".paddock", "out*", "paddock.lock*")
        shutil.copytree(project, folder, ignore=made)
        try:
            yield folder
        finally:
            timed([paddock(), "clean", "--volumes", str(folder)])
