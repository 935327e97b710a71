"""``paddock doctor``"""

from __future__ import annotations

import argparse
import os
from importlib.metadata import version

from pipeline.doctor import examine
from stages.contract import Exit
from tui.console import Terminal

SUMMARY = "check this machine; one block to paste into a question"
DESCRIPTION = """\
Check what Paddock needs and say how to get what is missing. Exit code 4 if a run could not start."""

_SYMBOLS = {"ok": "✔ ok     ", "warning": "! warning", "problem": "✘ problem"}


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """Take none."""


def run(_options: argparse.Namespace, terminal: Terminal) -> int:
    """Print every finding with its remedy."""
    terminal.print(f"paddock {version('paddock')}")
    worst: int = Exit.OK
    for finding in examine(os.environ):
        terminal.print(f"{_SYMBOLS[finding.severity]}  {finding.check}: {finding.message}")
        if finding.remedy:
            terminal.print(f"             do: {finding.remedy}")
        if finding.severity == "problem":
            worst = Exit.ENGINE
    return worst
