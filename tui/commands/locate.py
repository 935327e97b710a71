"""``paddock locate``"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from pipeline.project import load_project
from pipeline.run.locate import look
from pipeline.text import one_line
from stages.contract import Exit, Finding, Located
from stages.contract.codec import encode
from tui.console import Terminal
from tui.language import _, translated
from tui.stopping import stopped_by_signals

DESCRIPTION = """\
Say at which operator, and in which layer of the network, each .nb model parts from the PD model. Both
are run on a test image on which they differ by more than verify.max_abs_diff, to every value on the
way. It tells apart what the rewriting for Paddle-Lite changed, what opt wrote into the file, and what
Paddle-Lite's own kernels compute of it (on this machine: of the x86 file). A run whose parity fails
does this by itself, and its report has the answer.

  paddock locate                        of the last run, whether it passed or failed
  paddock locate --image a.png          on this test image
  paddock locate --json                 for a script

Exit code 0: nothing diverges; 1: a model parts from the PD model."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("project", nargs="?", default=".", metavar="PROJECT")
    parser.add_argument(
        "--image",
        action="append",
        default=[],
        metavar="IMAGE",
        help="look at this image of the test set, as its label names it (may be repeated)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Look for the operators and print them."""
    project = load_project(Path(options.project))
    stop = stopped_by_signals()
    found = look(project, os.environ, terminal.pass_on, stop, options.image)
    if options.json:
        body = {"schema_version": found.VERSION, **encode(found)}
        terminal.document(body)
    else:
        for item in found.models:
            _show(item, terminal)
    good = all(item.found is Finding.AGREES for item in found.models)
    return Exit.OK if good else Exit.PARITY


def _show(found: Located, terminal: Terminal) -> None:
    good = found.found is Finding.AGREES
    mark, style = ("✔", "green") if good else ("✘", "bold red")
    terminal.print(f"{mark} {translated(found.sentence)}", style)
    if not found.image:
        return
    if found.difference is None:
        said = _("on {image} it gives nothing that could be compared")
        terminal.print("    " + said.format(image=one_line(found.image)))
        return
    said = _("largest difference to {reference} {difference}, on {image}")
    values = {"reference": found.reference, "image": one_line(found.image)}
    terminal.print("    " + said.format(**values, difference=f"{found.difference:.2e}"))
