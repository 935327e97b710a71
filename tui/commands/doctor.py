"""``paddock doctor``"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from pipeline import __version__
from pipeline.errors import PaddockError
from pipeline.machine.doctor import Finding, examine
from pipeline.project import Project, load_project
from stages.contract import Exit
from tui.console import Terminal, padded
from tui.language import N_, _, translated
from tui.words import check_name

DESCRIPTION = """\
Check what Paddock needs and say how to get what is missing. Exit code 4 if a run could not start."""

_SEVERITIES = {
    "ok": ("✔", N_("ok")),
    "warning": ("!", N_("warning")),
    "problem": ("✘", N_("problem")),
}


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """Take none."""


def run(_options: argparse.Namespace, terminal: Terminal) -> int:
    """Print every finding with its remedy."""
    terminal.print(f"paddock {__version__}")
    worst: int = Exit.OK
    for finding in examine(os.environ, _project_here(), thorough=True):
        _show(finding, terminal)
        if finding.severity == "problem":
            worst = Exit.ENGINE
    return worst


def _project_here() -> Project | None:
    """Return the project of the folder that one is in, if there is a sound one."""
    try:
        return load_project(Path())
    except PaddockError:
        return None


def _show(finding: Finding, terminal: Terminal) -> None:
    symbol, word = _SEVERITIES[finding.severity]
    said = _("{check}: {message}").format(
        check=check_name(finding.check), message=translated(finding.message)
    )
    terminal.print(f"{symbol} " + padded(_(word), 7) + f"  {said}")
    if finding.remedy:
        remedy = _("do: {remedy}").format(remedy=translated(finding.remedy))
        terminal.print(f"{' ' * 13}{remedy}")
