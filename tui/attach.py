"""``paddock sweep attach``: look on at a sweep, whoever started it; in a pipe, its lines to the end."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.project import load_project
from pipeline.record.events import Envelope
from pipeline.record.runs import latest_sweep, sweep_folder
from pipeline.run.background import running, spawn
from stages.contract import Exit
from tui.console import Terminal
from tui.language import _
from tui.views.sweep_watch import SweepWatch

#: Seconds between two looks for news.
_POLL = 0.2


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
