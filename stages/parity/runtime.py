"""Which Paddle-Lite the NB files were made for, and so which one a phone needs."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Sequence
from typing import Any

from stages.contract import BufferHead, Runtime
from stages.lite.library import version_numbers
from stages.parity.models import Model

#: What a file of half precision needs beside that (``ARM82``, lite/CMakeLists.txt).
_HALF = "a processor of ARMv8.2 with half precision, and a library built with --with_arm82_fp16=ON"


def files_and_runtime(models: Sequence[Model]) -> Runtime:
    """Return ``runtime`` of ``evidence.json``: what is installed here, and what each file says."""
    files = tuple(
        BufferHead(model.name, model.target, model.opt_version)
        for model in models
        if model.opt_version
    )
    return Runtime(_installed(), files)


def needed_runtime(models: Sequence[Model]) -> dict[str, Any]:
    """Return ``runtime`` of ``preprocess.json``: the oldest Paddle-Lite that reads all the files.

    A runtime older than ``opt`` aborts, or reads wrongly; a newer one reads older files (measured: 2.13's
    files in the 2.13 and the 2.14rc runtime).
    """
    versions = [model.opt_version for model in models if model.opt_version]
    newest = max(versions, key=version_numbers, default="")
    at_least = ".".join(map(str, version_numbers(newest)[:2]))
    runtime = {"name": "Paddle-Lite", "opt_version": newest, "at_least": at_least}
    halves = {model.name: _HALF for model in models if model.half}
    return {**runtime, **({"needs": halves} if halves else {})}


def _installed() -> str:
    try:
        return importlib.metadata.version("paddlelite")
    except importlib.metadata.PackageNotFoundError:
        return ""  # there is no wheel for this machine
