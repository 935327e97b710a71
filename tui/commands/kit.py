"""``paddock kit``"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from pipeline.project import load_project
from pipeline.run.handoff import hand_off
from pipeline.text import human_size, one_line
from stages.contract import Exit
from tui.console import Terminal
from tui.language import _

DESCRIPTION = """\
Write one archive for whoever builds the app: the files for phones, the dictionary, and the kit, which
has test images with what the model reads in them, code that prepares and decodes exactly as it was
measured (C++, Java, Objective-C++), a checker to run on the phone, and a README. The same lies in out/
after each run that passed. What the phone measured comes back with: paddock device results.json

  paddock kit                           of the last run that delivered
  paddock kit --run RUN                 of an earlier one
  paddock kit -o FILE.zip               into this file

The archive holds some test images."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("project", nargs="?", default=".", metavar="PROJECT")
    parser.add_argument("--run", default="", metavar="RUN", help="the run, as the history names it")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="where to write it: a file, or a folder"
    )


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Write the archive and say where it is."""
    project = load_project(Path(options.project))
    path = hand_off(project, os.environ, terminal.pass_on, options.run, options.output)
    said = _("{file} ({size}): kit/README.md in it says how to check a phone")
    size = human_size(path.stat().st_size)
    terminal.print(said.format(file=one_line(str(path)), size=size))
    return Exit.OK
