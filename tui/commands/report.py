"""``paddock report``"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.project import load_project
from stages.contract import Exit
from tui.console import Terminal
from tui.language import N_, _

SUMMARY = N_("the last run's report")
DESCRIPTION = N_("""\
Print the report of the last run that compared models, as Markdown, HTML or JSON.""")

_FILES = {"md": "report.md", "html": "report.html", "json": "report.json"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("project", nargs="?", default=".", metavar="PROJECT")
    parser.add_argument("--format", choices=_FILES, default="md")


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Print the newest report: ``out/``'s, or that of a later run that failed."""
    project = load_project(Path(options.project))
    name = _FILES[options.format]
    found = [
        path
        for folder in (project.out, project.folder / "out.failed")
        if (path := folder / name).is_file()
    ]
    if not found:
        remedy = _("run first: {command}").format(command="paddock --batch")
        raise UsageError(_("there is no report yet"), remedy=remedy)
    newest = max(found, key=lambda path: path.stat().st_mtime)
    text = newest.read_text(encoding="utf-8")
    if options.format == "json":  # ASCII: labels in it may hold what drives a terminal
        text = json.dumps(json.loads(text), indent=2, sort_keys=True)
    terminal.raw(text.rstrip("\n"))
    return Exit.OK
