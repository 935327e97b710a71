"""``paddock clean``"""

from __future__ import annotations

import argparse
import os
from datetime import timedelta
from pathlib import Path

from pipeline.engine.connection import open_engine
from pipeline.errors import UsageError
from pipeline.machine.clean import remove_leftovers
from pipeline.machine.reclaim import Old, reclaim
from pipeline.plan.workspace import workspace_of
from pipeline.project import Project, load_project
from pipeline.swarm.clear import remove_leftovers as leftovers_of_sweeps
from pipeline.swarm.kept import going_on, unreached
from pipeline.text import human_size
from stages.contract import Exit
from tui.console import Terminal
from tui.language import _, ngettext

DESCRIPTION = """\
Remove the project's leftover containers. With --volumes its two volumes go too: every stage will
then run again. With --older-than or --run, instead, what old runs left: their records and logs, and
results and uploads that no other run stands on; what paddock.lock, a lock in paddock.locks/, the last
good run or the last run needs is kept, unless --run names a run that stands on it. Files of the
project, out/ among them, are never touched."""

_HOURS = {"h": 1, "d": 24, "w": 7 * 24}
#: Digits of an age: no calendar goes back further.
_DIGITS = 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("project", nargs="?", default=".", metavar="PROJECT")
    parser.add_argument("--volumes", action="store_true", help="the workspace and inputs too")
    parser.add_argument(
        "--older-than",
        type=_age,
        metavar="AGE",
        help="runs and sweeps that began longer ago: 12h, 30d, 8w",
    )
    parser.add_argument("--run", action="append", default=[], metavar="RUN", help="this run")
    parser.add_argument("--dry-run", action="store_true", help="only say what old runs would go")


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Remove and say what was removed.

    Raises:
        UsageError: options that do not belong together.
    """
    _refuse_mixture(options)
    project = load_project(Path(options.project))
    if options.older_than or options.run:
        _reclaim(project, options, terminal)
        return Exit.OK
    removed = remove_leftovers(project, os.environ, volumes=options.volumes)
    removed += leftovers_of_sweeps(project, os.environ)
    for name in removed:
        terminal.print(_("removed {name}").format(name=name))
    if not removed:
        terminal.print(_("nothing was left behind"))
    return Exit.OK


def _refuse_mixture(options: argparse.Namespace) -> None:
    """Refuse what would remove more, or less, than was asked for."""
    of_runs = bool(options.older_than or options.run)
    if options.dry_run and not of_runs:
        raise UsageError(
            _("--dry-run says what old runs would go, and none are named"),
            remedy=_("add --older-than AGE or --run RUN"),
        )
    if options.volumes and of_runs:
        raise UsageError(
            _("--volumes removes the results of all runs; --older-than and --run, those of some"),
            remedy=_("leave out one or the other"),
        )


def _reclaim(project: Project, options: argparse.Namespace, terminal: Terminal) -> None:
    ongoing = min((it.name for it in going_on(project.state)), default="")
    owed = tuple(it.name for it in unreached(project.state))
    old = Old(options.older_than, tuple(options.run), ongoing, owed)
    engine, workspace = open_engine(os.environ), workspace_of(project, os.environ)
    found = reclaim(project, engine, workspace, old, only_look=options.dry_run)
    if not (found.runs or found.sweeps or found.results):
        terminal.print(_("no old run has anything that is not needed"))
        return
    word = _("would remove") if options.dry_run else _("removed")
    for name in found.runs:
        terminal.print(_("{removed} the record of run {name}").format(removed=word, name=name))
    for name in found.sweeps:
        terminal.print(_("{removed} the record of sweep {name}").format(removed=word, name=name))
    for stage, count in found.results.items():
        said = ngettext(
            "{removed} {count} result of {stage}", "{removed} {count} results of {stage}", count
        )
        terminal.print(said.format(removed=word, count=count, stage=stage))
    said = _("{here} of the project's disk, {there} of the engine's")
    terminal.print(said.format(here=human_size(found.here), there=human_size(found.there)))


def _age(text: str) -> timedelta:
    number, unit = text[:-1], text[-1:]
    if not (number.isdecimal() and len(number) <= _DIGITS and int(number) and unit in _HOURS):
        raise argparse.ArgumentTypeError(_("not an age such as 12h, 30d or 8w"))
    return timedelta(hours=int(number) * _HOURS[unit])
