"""Running a command and timing it, and finding the ``paddock`` that is measured."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Timed:
    """A command's wall time in seconds, and what it printed on stdout."""

    seconds: float
    stdout: str


def timed(command: Sequence[str], folder: Path | None = None, stdin: str | None = None) -> Timed:
    """Run ``command`` to its end.

    Raises:
        SystemExit: it failed; says how.
    """
    started = time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, input=stdin, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - started
    if done.returncode:
        tail = (done.stdout + done.stderr).strip()[-1500:]
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{tail}")
    return Timed(seconds, done.stdout)


def paddock() -> str:
    """Return the ``paddock`` beside the Python that runs the benchmark.

    Raises:
        SystemExit: it is not installed there.
    """
    command = Path(sys.executable).with_name("paddock")
    if not command.is_file():
        sys.exit(f"no paddock beside {sys.executable}: run this with the Python of `make setup`")
    return str(command)
