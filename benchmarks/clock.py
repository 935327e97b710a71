"""Running a command and timing it, and finding the ``paddock`` that is measured."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Timed:
    """A command's wall time in seconds, its stdout, and its CPU time in seconds, its children's included."""

    seconds: float
    stdout: str
    cpu: float


def timed(command: Sequence[str], folder: Path | None = None, stdin: str | None = None) -> Timed:
    """Run ``command`` to its end. Python keeps bytecode, as it does where Paddock was installed by pip.

    Raises:
        SystemExit: it failed; says how.
    """
    started, before = time.perf_counter(), _cpu()
    environ = {key: os.environ[key] for key in os.environ if key != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        command, cwd=folder, input=stdin, capture_output=True, text=True, check=False, env=environ
    )
    seconds, cpu = time.perf_counter() - started, _cpu() - before
    if done.returncode:
        tail = (done.stdout + done.stderr).strip()[-1500:]
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{tail}")
    return Timed(seconds, done.stdout, cpu)


def _cpu() -> float:
    """Return what all children that have ended used, user and system."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def paddock() -> str:
    """Return the ``paddock`` beside the Python that runs the benchmark.

    Raises:
        SystemExit: it is not installed there.
    """
    command = Path(sys.executable).with_name("paddock")
    if not command.is_file():
        sys.exit(f"no paddock beside {sys.executable}: run this with the Python of `make setup`")
    return str(command)
