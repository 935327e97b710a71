"""``paddock sweep``: run it, on this engine or on a Swarm."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.project import load_project
from pipeline.project.several import load_several
from pipeline.run.connect import connect
from pipeline.run.options import Options
from pipeline.sweep.drive import Asked, SweepEnd, sweep
from pipeline.sweep.several import sweep_several
from tui.batch import listening, stoppable
from tui.commands.sweep.lines import Printers
from tui.commands.sweep.table import draw
from tui.console import Terminal
from tui.language import _


def go(folder: Path, file: Path | None, options: argparse.Namespace, terminal: Terminal) -> int:
    """Run the sweep of the project in ``folder``, or that of all projects that ``file`` names."""
    asked, show = _asked(options), Printers(terminal).show
    if file is None and _is_for_swarm(folder, options):
        from tui.commands.sweep.swarm import begin  # noqa: PLC0415 - on one engine nobody needs it

        ended = begin(folder, asked, options, show, terminal)
    else:
        ended = _here(folder, file, asked, options, terminal)
    if ended.table and not options.json:
        draw(ended.table, terminal)
    return ended.code


def _here(
    folder: Path,
    file: Path | None,
    asked: Asked,
    options: argparse.Namespace,
    terminal: Terminal,
) -> SweepEnd:
    if file and options.swarm:
        raise UsageError(
            _("a sweep of several projects runs on one engine only"),
            str(file),
            _("for a Swarm, sweep each project by itself"),
        )
    stop = stoppable(terminal)
    listen = listening(Printers(terminal).show, options.json, terminal, stop)
    if file:
        return sweep_several(load_several(file), asked, os.environ, listen, stop)
    return sweep(folder, asked, os.environ, listen, stop)


def _asked(options: argparse.Namespace) -> Asked:
    forced = frozenset(options.force)
    asked = Options(last=options.last, forced=forced, locked=options.locked)
    return Asked(asked, options.jobs or 1, tuple(options.member))


def _is_for_swarm(folder: Path, options: argparse.Namespace) -> bool:
    """Return whether the sweep is for a Swarm: if that is asked for, or as file and engine say."""
    if options.swarm and options.jobs:
        raise UsageError(
            _("--jobs is about one engine"),
            remedy=_("a Swarm starts as many as it has room for: [sweep.swarm] reservations"),
        )
    if options.swarm is not None or options.jobs:
        return bool(options.swarm)
    project = load_project(folder)
    if project.settings.sweep.swarm is None:
        return False
    from pipeline.engine.swarm import manages_swarm  # noqa: PLC0415 - as above

    return manages_swarm(connect(project, os.environ, make=False).engine)
