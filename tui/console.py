"""The one owner of stdout and stderr. stdout carries results only; stderr everything else."""

from __future__ import annotations

import os
import sys

from rich.console import Console
from rich.text import Text

from pipeline.errors import PaddockError
from pipeline.text import one_line


class Terminal:
    """Writes for a person (or a pipe), never letting foreign text drive the terminal."""

    def __init__(self, width: int | None = None) -> None:
        # A pipe has no width: tables are then laid out for a wide line, not folded at 80.
        fixed = width or (None if sys.stdout.isatty() else 140)
        self.results = Console(width=fixed, highlight=False, soft_wrap=False)
        self._notes = Console(stderr=True, highlight=False, soft_wrap=True)

    def print(self, line: str, style: str = "") -> None:
        """Write a line to stdout; control characters in it are shown, not obeyed."""
        self.results.print(Text(one_line(line), style), soft_wrap=True)

    def raw(self, line: str) -> None:
        """Write a line of machine-readable output to stdout, unchanged."""
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def note(self, line: str, style: str = "") -> None:
        """Write a line to stderr."""
        self._notes.print(Text(one_line(line), style))

    def error(self, error: PaddockError) -> None:
        """Write what failed, where, and what to do."""
        self.failure(error.message, error.where, error.remedy)

    def failure(self, message: str, where: str, remedy: str) -> None:
        """Write an error's parts, each on a line of its own."""
        first, *rest = message.splitlines() or [""]
        self.note(f"error: {first}", "bold red")
        for line in rest:
            self.note(f"       {line}")
        if where:
            self.note(f"  where: {where}")
        if remedy:
            self.note(f"  do:    {remedy}", "bold")


def is_interactive() -> bool:
    """Tell whether a person sits at a terminal (``CI`` set means nobody does)."""
    return sys.stdin.isatty() and sys.stdout.isatty() and not os.environ.get("CI")
