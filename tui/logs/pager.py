"""The user's own pager on a file."""

from __future__ import annotations

import shlex
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

_USUAL = "less"


def pager_command(environ: Mapping[str, str], path: Path) -> list[str]:
    """Return the command, argument by argument: ``$PAGER``, else ``less``, with the file.

    Raises:
        ValueError: ``$PAGER`` has a quotation mark that does not end.
    """
    words = shlex.split(environ.get("PAGER", "")) or [_USUAL]
    return [*words, str(path.absolute())]  # absolute: never taken for an option


def run_pager(command: list[str]) -> int:
    """Run the pager on the terminal to its end; return its exit code.

    Interrupts are the pager's (``less`` stops following on one). They are handled by doing nothing and
    not ignored, because a program inherits what is ignored.

    Raises:
        OSError: it cannot be started.
    """
    before = signal.signal(signal.SIGINT, lambda _number, _frame: None)
    try:
        return subprocess.run(command, check=False).returncode
    finally:
        signal.signal(signal.SIGINT, before)
