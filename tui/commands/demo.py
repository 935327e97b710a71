"""``paddock demo``"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from pipeline.compose.file import read_compose
from pipeline.engine.connection import open_engine
from pipeline.errors import UsageError
from pipeline.machine.example import EXAMPLES, RenderContext, make_example
from pipeline.project import PROJECT_FILE, load_project
from stages.contract import Exit
from tui.console import Terminal
from tui.language import _
from tui.views.ways import place_fault

DESCRIPTION = """\
Write a bundled example into DIR (default: demo): a project file, and images that a container
draws with a fixed seed. Then run it with: paddock --batch DIR

  alphanumeric           fine-tune PP-OCRv5_mobile_rec on serial numbers (the default)
  official-ppocrv5       convert the official PP-OCRv5_mobile_rec as it is, nothing trained
  official-ppocrv5-det   convert the official PP-OCRv5_mobile_det, which finds the lines of a page
  official-ppocrv4       convert the official PP-OCRv4_mobile_rec as it is"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("folder", nargs="?", default="demo", metavar="DIR", type=Path)
    parser.add_argument(
        "--example", choices=EXAMPLES, default="alphanumeric", metavar="NAME", help="which one"
    )


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Write the example."""
    folder: Path = options.folder
    if not (folder / PROJECT_FILE).exists() and (fault := place_fault(folder)):
        raise UsageError(fault, str(folder))
    engine, compose = open_engine(os.environ), read_compose(os.environ)
    studio = RenderContext(engine, compose, terminal.pass_on, lambda: 0)
    make_example(EXAMPLES[options.example], studio, folder)
    project = load_project(folder)
    where = _("the project {name} is in {folder}")
    terminal.print(where.format(name=project.name, folder=project.folder))
    terminal.print(_("next: {command}").format(command=f"paddock --batch {folder}"))
    # ./ because `paddock demo` is this command
    shown = folder if folder.is_absolute() else f"./{folder}"
    terminal.print(_("or on the screen: {command}").format(command=f"paddock {shown}"))
    return Exit.OK
