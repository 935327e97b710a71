"""``paddock --batch``: the runner in the foreground, one line an event."""

from __future__ import annotations

import errno
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.record.events import Envelope
from pipeline.run.options import Options, StopSwitch
from pipeline.run.runner import run
from stages.contract import Exit
from tui.console import Terminal
from tui.language import _
from tui.stopping import stopped_by_signals

if TYPE_CHECKING:
    from tui.printer import Printer


def run_batch(
    folder: Path, options: Options, environ: Mapping[str, str], as_json: bool, terminal: Terminal
) -> int:
    """Run in the foreground and print; return the exit code."""
    stop = stoppable(terminal)

    @cache
    def printer() -> Printer:
        from tui.printer import Printer  # noqa: PLC0415 - while the container that hashes starts

        return Printer(terminal, show_plan=options.dry_run)

    listen = listening(lambda envelope: printer().show(envelope), as_json, terminal, stop)
    code = run(folder, options, environ, listen, stop)
    if not as_json and not options.dry_run:
        from tui.printer import print_report  # noqa: PLC0415 - as above

        print_report(folder, code, options, terminal)
    return code


def stoppable(terminal: Terminal) -> StopSwitch:
    """Return a switch that the signals set, which is said."""
    stopping = _("stopping: the stage saves what it can resume from (again: at once) …")

    def say_stopping() -> None:
        try:
            terminal.note(stopping)
        except OSError:
            terminal.silence()

    return stopped_by_signals(say_stopping)


def listening(
    show: Callable[[Envelope], None], as_json: bool, terminal: Terminal, stop: StopSwitch
) -> Callable[[Envelope], None]:
    """Return who prints events, as JSON or as ``show`` does; a terminal that is gone stops what goes on."""

    def listen(envelope: Envelope) -> None:
        try:
            if as_json:
                terminal.raw(envelope.encode())
            else:
                show(envelope)
        except OSError as error:
            if error.errno != errno.EIO and not stop():
                raise
            if not stop():
                stop.order(Exit.HANGUP)  # the terminal is gone; its signal may come later
            terminal.silence()

    return listen
