"""Where ``paddle_lite_opt`` is."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

from stages.errors import StageError


def entry_point() -> Path:
    """Return the script ``paddle_lite_opt`` of the installed paddlelite.

    Raises:
        StageError: paddlelite is not installed, or without its script.
    """
    try:
        files = importlib.metadata.files("paddlelite") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == "paddle_lite_opt":
            return Path(str(file.locate())).resolve()
    raise StageError("paddlelite is not installed here", remedy="run convert in its own image")
