"""``paddock plan``"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from pipeline.plan.planner import Step
from pipeline.project import load_project
from pipeline.run.connect import connect
from pipeline.run.foresight import foreseen
from pipeline.run.prepare import prepare
from stages.contract import Exit
from tui.console import Terminal
from tui.words import plan_line

DESCRIPTION = """\
Show what a run would do with each stage, and which part of its key changed since it last ran:
its image, a parameter, or an input. Nothing is run and nothing is uploaded."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("project", nargs="?", default=".", metavar="PROJECT")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Print the plan."""
    project = load_project(Path(options.project))
    prepared = prepare(connect(project, os.environ), frozenset(), terminal.pass_on)
    steps = foreseen(prepared)
    if options.json:
        terminal.document([_as_json(step) for step in steps])
        return Exit.OK
    for step in steps:
        terminal.print(f"{step.stage:<8} {plan_line(step.action, step.reason)}")
    return Exit.OK


def _as_json(step: Step) -> dict[str, str]:
    key = step.components.key if step.components else ""
    return {"stage": step.stage, "action": step.action, "reason": step.reason, "key": key}
