"""``paddock sweep`` on a Swarm: started, attached to, stopped; and what a member's container does."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.engine.connection import open_engine
from pipeline.errors import UsageError
from pipeline.plan.workspace import SWEEP_LABEL
from pipeline.record.events import Envelope
from pipeline.registry.reference import parse_reference
from pipeline.run.options import StopSwitch
from pipeline.swarm.attach import attach, start
from pipeline.swarm.clear import stop as stop_sweep
from pipeline.swarm.member import Node, remove_from_node, run_member
from pipeline.sweep.drive import Asked, SweepEnd
from pipeline.text import one_line
from stages.contract import Exit
from tui.batch import listening
from tui.console import Terminal
from tui.language import _
from tui.stopping import stopped_by_signals

#: The host name of a member's node, and the task's ID, which Swarm puts into its environment.
_NODE, _TASK = "PADDOCK_NODE", "PADDOCK_TASK"


def begin(
    folder: Path,
    asked: Asked,
    options: argparse.Namespace,
    show: Callable[[Envelope], None],
    terminal: Terminal,
) -> SweepEnd:
    """Start a sweep on a Swarm, and attach."""
    stop = _detachable(terminal)
    listen = listening(show, options.json, terminal, stop)
    return start(folder, asked, os.environ, listen, stop)


def go_on(
    folder: Path,
    options: argparse.Namespace,
    show: Callable[[Envelope], None],
    terminal: Terminal,
) -> SweepEnd:
    """Attach to the newest sweep on a Swarm that goes on."""
    stop = _detachable(terminal)
    listen = listening(show, options.json, terminal, stop)
    return attach(folder, os.environ, listen, stop)


def _detachable(terminal: Terminal) -> StopSwitch:
    """Return a switch that the signals set."""

    def say() -> None:
        try:
            terminal.note(_("leaving …"))
        except OSError:
            terminal.silence()

    return stopped_by_signals(say)


def end(folder: Path, terminal: Terminal) -> Exit:
    """End the newest sweep on a Swarm, and say what was removed."""
    for name in stop_sweep(folder, os.environ):
        terminal.print(_("removed {name}").format(name=one_line(name)))
    return Exit.OK


def in_container(
    what: str, words: Sequence[str], options: argparse.Namespace, terminal: Terminal
) -> int:
    """Do what a container on a node does: be a member, or clear up after lost ones of a sweep."""
    if what == "tidy" and len(words) == 1:
        for name in remove_from_node(open_engine(os.environ), {SWEEP_LABEL: words[0]}):
            terminal.print(_("removed {name}").format(name=one_line(name)))
        return Exit.OK
    inputs = parse_reference(words[0] if words else "")
    if not inputs.digest or len(options.member) != 1:
        raise UsageError(_("only a sweep's own containers are started so"))
    node = Node(os.environ.get(_NODE, ""), os.environ.get(_TASK, ""), os.environ)
    stop = stopped_by_signals()
    listen = listening(lambda _envelope: None, True, terminal, stop)
    return run_member(inputs, options.member[0], node, listen, stop, plain_http=options.plain_http)
