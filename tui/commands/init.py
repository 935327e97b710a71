"""``paddock init``"""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.project import PROJECT_FILE
from pipeline.project.template import starting_project
from stages.contract import Exit
from stages.files import write_text
from tui.console import Terminal
from tui.language import _

DESCRIPTION = """\
Write a commented paddock.toml into DIR. Nothing that is there is overwritten."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("folder", metavar="DIR", type=Path)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Write the project file."""
    folder: Path = options.folder
    path = folder / PROJECT_FILE
    if path.exists():
        remedy = _("edit it, or name another folder")
        raise UsageError(_("there is a project already"), str(path), remedy)
    folder.mkdir(parents=True, exist_ok=True)
    write_text(path, starting_project(folder.resolve().name))
    terminal.print(_("wrote {path}").format(path=path))
    terminal.print(_("next: put your label files, images and dictionary where it says, then"))
    terminal.print(f"      paddock --batch {folder}")
    return Exit.OK
