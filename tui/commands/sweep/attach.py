"""``paddock sweep attach`` and ``stop``: look on at a sweep, whoever started it, or end it.

In a pipe, attaching is its lines to the end.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.project import load_project
from pipeline.record.events import Envelope
from pipeline.record.runs import latest_sweep, sweep_folder
from pipeline.run.background import running, spawn
from pipeline.run.background import stop as stop_runner
from pipeline.swarm.kept import goes_on
from stages.contract import Exit
from tui.commands.sweep.compare import last_table
from tui.commands.sweep.lines import Printers
from tui.commands.sweep.table import draw
from tui.console import Terminal, is_interactive
from tui.language import _
from tui.views.sweep_watch import SweepWatch

#: Seconds between two looks for news.
_POLL = 0.2


def attach(folder: Path, options: argparse.Namespace, terminal: Terminal) -> int:
    """Look on at the newest sweep: at the screen, or where there is none line by line to its end."""
    watch = newest_sweep(folder)
    on_swarm, show = goes_on(folder), Printers(terminal).show
    if is_interactive() and not options.json:
        if on_swarm:
            hear(folder)
        options.open_at("sweep", folder, terminal)  # the process ends with the screen
    if on_swarm and running(watch.state) is None:
        from tui.commands.sweep.swarm import go_on  # noqa: PLC0415 - on one engine nobody needs it

        ended = go_on(folder, options, show, terminal)
        if ended.table and not options.json:
            draw(ended.table, terminal)
        return ended.code

    def raw(envelope: Envelope) -> None:
        terminal.raw(envelope.encode())

    code = follow(watch, raw if options.json else show, terminal)
    if watch.view.finished and watch.view.delivered and not options.json:
        draw(last_table(load_project(folder), terminal), terminal)
    return code


def stop(folder: Path, terminal: Terminal) -> int:
    """End the newest sweep: on its Swarm, or in the process that runs it on this machine.

    Raises:
        UsageError: none goes on, or it does so on another machine.
    """
    watch = newest_sweep(folder)
    while watch.poll():
        pass
    runs_here = watch.goes_on and not watch.is_on_swarm
    if goes_on(folder) and not runs_here:
        from tui.commands.sweep.swarm import end  # noqa: PLC0415 - on one engine nobody needs it

        return end(folder, terminal)
    if watch.alive is None or not watch.goes_on:
        raise UsageError(
            _("no sweep of this project goes on"), str(folder), _("run it: paddock sweep")
        )
    stop_runner(watch.alive)
    terminal.print(_("it stops when what runs has saved what it can go on from"))
    return Exit.OK


def newest_sweep(folder: Path) -> SweepWatch:
    """Return a watch on the newest sweep of the project in ``folder``.

    Raises:
        UsageError: there was none yet.
    """
    state = load_project(folder).state
    if not latest_sweep(state):
        raise UsageError(_("there was no sweep yet"), str(folder), _("run it: paddock sweep"))
    return SweepWatch(state)


def hear(folder: Path) -> None:
    """Let a process of its own go on hearing of the project's sweep on a Swarm, if none does."""
    state = load_project(folder).state
    if running(state) is None:
        own = sweep_folder(state, latest_sweep(state))
        spawn("tui.cli", ["sweep", "attach", str(folder.resolve())], own, os.environ)


def follow(watch: SweepWatch, show: Callable[[Envelope], None], terminal: Terminal) -> int:
    """Show all that a sweep said and says, and return its exit code when it is over; ^C only looks away.

    Args:
        watch: on the sweep.
        show: is given every event of the sweep, and of the members that run.
        terminal: is told if the sweep goes on without us, or did not come to its end.
    """
    try:
        while True:
            watch.poll()
            for envelope in watch.seen:
                show(envelope)
            if watch.view.finished and watch.is_caught_up:
                return watch.view.finished.code
            if not watch.goes_on and watch.is_caught_up and not watch.seen:
                terminal.note(_("! the sweep was cut short: paddock sweep goes on from there"))
                return Exit.STAGE
            if watch.is_caught_up:
                time.sleep(_POLL)
    except KeyboardInterrupt:
        terminal.note(_("the sweep goes on; to look on again: paddock sweep attach"))
        return Exit.INTERRUPTED
