"""Which Paddle-Lite the NB files were made for, and so which one a phone needs."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from stages.contract import BufferHead, Runtime
from stages.lite.library import version_numbers
from stages.lite.needs import oldest
from stages.parity.models import Model


def files_and_runtime(models: Sequence[Model]) -> Runtime:
    """Return ``runtime`` of ``evidence.json``: what is installed here, and what each file says."""
    files = tuple(
        BufferHead(model.name, model.target, model.opt_version, model.needs)
        for model in models
        if model.opt_version
    )
    return Runtime(_installed(), files)


def needed_runtime(models: Sequence[Model]) -> dict[str, Any]:
    """Return ``runtime`` of ``preprocess.json``: the oldest Paddle-Lite that reads all the files.

    And of each file what else it needs, with every member there, so that an app need know no defaults.
    """
    versions = [model.opt_version for model in models if model.opt_version]
    newest = max(versions, key=version_numbers, default="")
    needs = {model.name: asdict(model.needs) for model in models if model.needs}
    return {
        "name": "Paddle-Lite",
        "opt_version": newest,
        "at_least": oldest(newest),
        "needs": needs,
    }


def _installed() -> str:
    try:
        return importlib.metadata.version("paddlelite")
    except importlib.metadata.PackageNotFoundError:
        return ""  # there is no wheel for this machine
