"""``paddock images``"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from pipeline.compose import read_compose
from pipeline.engine.engine import open_engine
from tui.console import Terminal

SUMMARY = "build, list, save or load the stage images"
DESCRIPTION = """\
build        make what is missing or out of date, the base first
list         what is there, with image IDs and sizes
save FILE    all images into one tar archive, with FILE.sha256 beside it
load FILE    the images of such an archive, after checking its hash"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("action", choices=("build", "list", "save", "load"))
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE")


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Do the action."""
    engine = open_engine(os.environ)
    compose = read_compose(os.environ)
    raise NotImplementedError
