"""``paddock demo``"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from pipeline.compose import read_compose
from pipeline.engine.engine import open_engine
from pipeline.example import EXAMPLES, Studio, make_example
from pipeline.project import load_project
from stages.contract import Exit
from tui.console import Terminal

SUMMARY = "a bundled example: serial numbers read by a fine-tuned model"
DESCRIPTION = """\
Write a bundled example into DIR (default: demo): a project file, and images of text lines that a
container draws with a fixed seed. Then run it with: paddock --batch DIR

  alphanumeric       fine-tune PP-OCRv5_mobile_rec on serial numbers (the default)
  official-ppocrv4   convert the official PP-OCRv4_mobile_rec and compare, nothing trained"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("folder", nargs="?", default="demo", metavar="DIR", type=Path)
    parser.add_argument("--example", choices=EXAMPLES, default="alphanumeric", help="which one")


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Write the example."""
    folder: Path = options.folder
    terminal.note(f"drawing the example's images into {folder} …")
    studio = Studio(open_engine(os.environ), read_compose(os.environ), terminal.note, lambda: 0)
    make_example(EXAMPLES[options.example], studio, folder)
    project = load_project(folder)
    terminal.print(f"the project {project.name} is in {project.folder}")
    terminal.print(f"next: paddock --batch {folder}")
    return Exit.OK
