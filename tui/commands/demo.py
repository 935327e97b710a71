"""``paddock demo``"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from pipeline.compose import read_compose
from pipeline.engine.engine import open_engine
from pipeline.example import make_example
from pipeline.project import load_project
from stages.contract import Exit
from tui.console import Terminal

SUMMARY = "the bundled example: lines of digits and capitals"
DESCRIPTION = """\
Write the bundled example into DIR (default: demo): a project file, and 2,200 images of text lines
that a container draws with a fixed seed. Then run it with: paddock --batch DIR"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("folder", nargs="?", default="demo", metavar="DIR", type=Path)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Write the example."""
    folder: Path = options.folder
    terminal.note(f"drawing the example's images into {folder} …")
    make_example(open_engine(os.environ), read_compose(os.environ), folder, lambda: 0)
    project = load_project(folder)
    terminal.print(f"the project {project.name} is in {project.folder}")
    terminal.print(f"next: paddock --batch {folder}")
    return Exit.OK
