"""A runner that outlives whoever starts it: starting it, finding it again, stopping it.

The run itself is :func:`pipeline.run.runner.run` in a process of its own
(``python -m pipeline.run.background``); whoever wants to know how it goes reads its events
(:mod:`pipeline.record.follow`). It has died without a word if the last event is not ``RunFinished`` and
nobody holds the project's lock (:func:`running`).
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from pipeline.errors import PaddockError, UsageError
from pipeline.plan.stages import STAGES
from pipeline.record.events import Envelope, EventLog, RunFinished
from pipeline.record.runlock import Running, running
from pipeline.record.runs import RunFolder, create_run, run_folder
from pipeline.run.failure import tell
from pipeline.run.options import Options, StopSwitch
from stages.contract import Exit
from stages.message import msg

__all__ = ["Running", "Started", "carry_out", "launch", "running", "start", "stop"]

_MODULE = "pipeline.run.background"
#: What Python prints if the runner itself dies; normally empty.
OUTPUT_FILE = "runner.log"
_ORDERS = {signal.SIGINT: Exit.INTERRUPTED, signal.SIGTERM: Exit.TERMINATED}


@dataclass(frozen=True)
class Started:
    """A runner that was just started: the run's name, where its record is, and its process.

    For its first second it neither holds the lock nor has said anything: ask :meth:`ended`.
    """

    run: str
    folder: RunFolder
    process: subprocess.Popen[bytes]

    def ended(self) -> int | None:
        """Return the exit code (negative: the signal that killed it), or None while it lives."""
        return self.process.poll()


def start(folder: Path, options: Options, environ: Mapping[str, str]) -> Started:
    """Start a runner for the project in ``folder`` and return at once.

    What the run refuses to do (a broken project file, another run) is told in its events, like all else.

    Raises:
        UsageError: there is no such folder.
        PaddockError: Paddock cannot write into it, or the system lets it start nothing.
    """
    return launch(
        folder,
        _MODULE,
        create_run,
        lambda place, name: words_of(place, name, options),
        environ,
    )


def launch(
    folder: Path,
    module: str,
    create: Callable[[Path], RunFolder],
    words: Callable[[Path, str], Sequence[str]],
    environ: Mapping[str, str],
) -> Started:
    """Start ``module`` for the project in ``folder``, with a record of its own.

    Args:
        folder: the project.
        module: whose ``main`` is run.
        create: makes the record below the project's state.
        words: the command line, for the folder and the record's name.
        environ: of the process.

    Raises:
        UsageError: there is no such folder.
        PaddockError: Paddock cannot write into it, or the system lets it start nothing.
    """
    folder = folder.resolve()
    if not folder.is_dir():
        raise UsageError(
            msg("not a folder"), str(folder), msg("name the folder that holds paddock.toml")
        )
    try:
        own = create(folder / ".paddock")
        process = spawn(module, words(folder, own.name), own, environ)
    except OSError as error:
        raise PaddockError(
            msg("cannot start a runner: {strerror}", error.strerror), str(folder)
        ) from error
    return Started(own.name, own, process)


def spawn(
    module: str, words: Sequence[str], own: RunFolder, environ: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Start ``module`` in a process that outlives this one; what it prints goes into the record."""
    with (own.path / OUTPUT_FILE).open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", module, *words],
            cwd=own.path,  # -m looks there first: nothing of the user's can stand in for a module
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def stop(who: Running, at_once: bool = False) -> bool:
    """Ask a runner to stop, as ^C does; return whether there was one to ask.

    Args:
        who: what :func:`running` returned.
        at_once: do not wait for what the stage would save.

    Raises:
        UsageError: it is on another machine, or belongs to somebody else.
    """
    if not who.here:
        remedy = msg("stop it there: kill -INT {pid}", who.pid)
        raise UsageError(
            msg("the run is on {host}, not on this machine", who.host), str(who.lock), remedy
        )
    # Two of the same kind could arrive as one.
    orders = (signal.SIGINT, signal.SIGTERM) if at_once else (signal.SIGINT,)
    obeyed = [_order(who, number) for number in orders]
    return any(obeyed)


def _order(who: Running, number: signal.Signals) -> bool:
    if running(who.lock.parent) != who:
        return False
    try:
        os.kill(who.pid, number)
    except ProcessLookupError:
        return False
    except PermissionError as error:
        raise UsageError(
            msg("not allowed to stop the run (pid {pid})", who.pid),
            str(who.lock),
            msg("ask who started it"),
        ) from error
    return True


def words_of(folder: Path, name: str, options: Options) -> list[str]:
    """Return the command line that :func:`parser` reads."""
    words = [str(folder), name, str(here(folder)), "--from", options.first]
    words += ["--until", options.last]
    for stage in sorted(options.forced):
        words += ["--force", stage]
    words += ["--dry-run"] if options.dry_run else []
    return [*words, "--locked"] if options.locked else words


def here(folder: Path) -> Path:
    """Return the folder that paths in the environment are relative to."""
    try:
        return Path.cwd()
    except FileNotFoundError:  # removed under us
        return folder


def parser(module: str) -> argparse.ArgumentParser:
    """Return what reads the command line of a process in the background."""
    made = argparse.ArgumentParser(prog=f"python -m {module}")
    add = made.add_argument
    add("folder", type=Path, help="the project")
    add("name", help="of the run, or the sweep")
    add("here", help="the folder that paths in the environment are relative to")
    add("--from", dest="first", choices=STAGES, default=STAGES[0])
    add("--until", dest="last", choices=STAGES, default=STAGES[-1])
    add("--force", action="append", choices=STAGES, default=[])
    add("--dry-run", action="store_true")
    add("--locked", action="store_true")
    return made


def options_of(words: argparse.Namespace) -> Options:
    """Return the options on a command line."""
    return Options(words.first, words.last, frozenset(words.force), words.dry_run, words.locked)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a project to its end; this is the process that :func:`start` starts."""
    words = parser(_MODULE).parse_args(arguments)
    own = run_folder(words.folder / ".paddock", words.name)

    def work(stop_switch: StopSwitch) -> int:
        from pipeline.run.runner import run  # noqa: PLC0415 - who starts or stops one needs none

        return run(words.folder, options_of(words), os.environ, nobody, stop_switch, own.name)

    return carry_out(own, words.here, work)


def carry_out(own: RunFolder, here: str, work: Callable[[StopSwitch], int]) -> int:
    """Do ``work`` in a process that nobody sees but through its events; return the exit code.

    Args:
        own: the record.
        here: the folder that paths in the environment are relative to.
        work: stops as its switch says; what it refuses before it has a record becomes one.
    """
    stop_switch = StopSwitch()
    _listen_to_signals(stop_switch)
    with contextlib.suppress(OSError):  # it may be gone; few need it
        os.chdir(here)
    try:
        return work(stop_switch)
    except Exception as error:  # the boundary: nobody sees this process but through its events
        if own.events.exists():
            raise  # told already, or the disk is full
        return _refuse(error, own)


def _listen_to_signals(stop_switch: StopSwitch) -> None:
    def handle(number: int, _frame: FrameType | None) -> None:
        stop_switch.order(_ORDERS[signal.Signals(number)])

    for number in _ORDERS:
        signal.signal(number, handle)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the terminal that it was started from may go


def _refuse(error: Exception, own: RunFolder) -> int:
    """Write the record of a run that was over before it had one."""
    log = EventLog(own.events, own.name, nobody)
    code = tell(error, log, own.path)
    log.say(RunFinished(code, 0.0))
    log.close()
    return code


def nobody(_envelope: Envelope) -> None:
    """Listen to a run whose listeners read its file."""


if __name__ == "__main__":
    sys.exit(main())
