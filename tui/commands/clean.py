"""``paddock clean``"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from pipeline.machine.clean import remove_leftovers
from pipeline.project import load_project
from stages.contract import Exit
from tui.console import Terminal
from tui.language import _

DESCRIPTION = """\
Remove the project's leftover containers. With --volumes its two volumes go too: every stage will
then run again. Files of the project, out/ among them, are never touched."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("project", nargs="?", default=".", metavar="PROJECT")
    parser.add_argument("--volumes", action="store_true", help="the workspace and inputs too")


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Remove and say what was removed."""
    project = load_project(Path(options.project))
    removed = remove_leftovers(project, os.environ, volumes=options.volumes)
    for name in removed:
        terminal.print(_("removed {name}").format(name=name))
    if not removed:
        terminal.print(_("nothing was left behind"))
    return Exit.OK
