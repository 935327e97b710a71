"""``paddock read``"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from pipeline.project import load_project
from pipeline.run.reading import read_images
from stages.contract import Exit
from stages.contract.codec import encode
from stages.contract.reading import ReadImage
from tui.console import Terminal
from tui.stopping import stopped_by_signals
from tui.views.own_image import table_of

DESCRIPTION = """\
Let every model of the run read images of your own: the checkpoint, the PD model and each .nb file side by
side, with what each reads, how sure it is and how long it takes, and the characters that differ marked.
The images are prepared and the outputs decoded as verify does it, in the same container.

  paddock read plate.jpg other.png        images of your own
  paddock read --test 7 --test a.png      of the test set, by line or name; held against their labels
  paddock read --json plate.jpg           for a script

Exit code 0: all models that can be run here, at least two, read the same in every image; 1: they do
not, or an image could not be read."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("images", nargs="*", type=Path, metavar="IMAGE")
    parser.add_argument(
        "--test",
        action="append",
        default=[],
        metavar="N|IMAGE",
        help="an image of the test set, by the number of its line or as its label names it (may be repeated)",
    )
    parser.add_argument("--project", default=".", metavar="PROJECT", help="folder of the project")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Read the images and print what was read."""
    project = load_project(Path(options.project))
    stop = stopped_by_signals()
    found = read_images(project, os.environ, terminal.pass_on, stop, options.images, options.test)
    if options.json:
        terminal.document({"schema_version": found.VERSION, **encode(found)})
    else:
        for item in found.images:
            terminal.print(item.image, "bold")
            terminal.results.print(table_of(item, found.task))
    return Exit.OK if all(map(_is_same, found.images)) else Exit.PARITY


def _is_same(image: ReadImage) -> bool:
    """Return whether at least two models read it, without which nothing is compared, and the same."""
    return sum(not item.why for item in image.readings) > 1 and not image.parting
