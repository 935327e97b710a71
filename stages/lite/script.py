"""The script ``paddle_lite_opt``: where it is, and what it says of itself."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from pathlib import Path

from stages.errors import StageError
from stages.message import msg


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
    raise StageError(
        msg("paddlelite is not installed here"), remedy=msg("run convert in its own image")
    )


def ask(words: list[str], timeout_s: int) -> subprocess.CompletedProcess[bytes]:
    """Let ``opt`` say something of itself; its stdout is kept, its log goes to the stage's.

    Args:
        words: of the command line.
        timeout_s: after which it is given up.

    Raises:
        StageError: ``opt`` is not here, or does not answer.
    """
    command = [sys.executable, str(entry_point()), *words]
    try:
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        message = msg("opt did not answer within {timeout_s} s", timeout_s)
        raise StageError(message, words[0], msg("raise limits.cpus")) from error
