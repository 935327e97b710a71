"""The runner: one host process that plans, drives the stages and writes down every event."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from pipeline.errors import Interrupted, PaddockError
from pipeline.plan.lockfile import lock_of, read_lock
from pipeline.plan.stages import STAGES
from pipeline.plan.workspace import PROJECT_LABEL
from pipeline.project import load_project
from pipeline.record.events import Envelope, EventLog, Noted, RunFinished
from pipeline.record.runlock import LOCK_NAME, run_lock
from pipeline.record.runs import RunFolder, keep_out_of_git, new_name, run_folder
from pipeline.run.connect import Connected, connect
from pipeline.run.failure import tell
from pipeline.run.options import Options, Outcome, StopSwitch
from pipeline.run.recheck import Recheck
from pipeline.run.sharing import Sharing
from stages.contract import Exit
from stages.message import msg


def run(
    folder: Path,
    options: Options,
    environ: Mapping[str, str],
    listener: Callable[[Envelope], None],
    stop: StopSwitch,
    name: str | None = None,
) -> int:
    """Run the project in ``folder`` and return the exit code (docs/exit-codes.md).

    Args:
        folder: the project.
        options: what to run.
        environ: where the engine and the settings of Paddock itself are looked up.
        listener: gets every event after it is on the disk.
        stop: polled all the time.
        name: of the run, if it has one already; its folder may be there.

    Raises:
        UsageError: before anything starts: no valid project, no lock to hold it to, or another run.
    """
    project = load_project(folder)
    locked = read_lock(lock_of(project)) if options.locked else None
    own = run_folder(project.state, name or new_name(project.state))
    with run_lock(project.state / LOCK_NAME, own.name) as dead:
        keep_out_of_git(project.state)
        log = EventLog(own.events, own.name, listener)

        def work() -> Outcome:
            if dead:
                log.say(Noted(msg("took over from a run that died ({dead})", dead)))
            connected = connect(project, environ)
            with Recheck(connected, log, stop) as recheck:
                if not options.dry_run:
                    remove_leftovers(connected, log)
                    recheck.begin(_taken(options))
                # Imported only now, while the container that hashes starts: a run with nothing to do waits
                # for that longer than for all else.
                from pipeline.run.prepare import prepare  # noqa: PLC0415
                from pipeline.run.stage_pass import StagePass  # noqa: PLC0415

                prepared = prepare(
                    connected, options.forced, lambda text: log.say(Noted(text)), stop.check
                )
                passing = StagePass(
                    prepared, recheck, own.name, log, options, locked, stop, Sharing()
                )
                return passing.go()

        return recorded(own, log, stop, work)


def recorded(own: RunFolder, log: EventLog, stop: StopSwitch, work: Callable[[], Outcome]) -> Exit:
    """Do the work of a run and return its exit code; whatever happens, the record says how it ended.

    Args:
        own: the run.
        log: its events; closed at the end.
        stop: says whether what broke was a stop.
        work: what comes to the outcome.
    """
    started = time.monotonic()
    outcome = Outcome(Exit.STAGE)  # if nothing better can be said, as when the listener is gone
    try:
        outcome = work()
        if outcome.refusal:
            tell(outcome.refusal, log, own.path)
    except Exception as error:  # the boundary: the record of a run must say how it ended
        outcome = Outcome(tell(_true_reason(error, stop), log, own.path))
    finally:
        seconds = round(time.monotonic() - started, 2)
        log.say(RunFinished.of(outcome.code, seconds, outcome.judged))
        log.close()
    return outcome.code


def remove_leftovers(connected: Connected, log: EventLog) -> None:
    """Remove the containers that a run left which died; only who holds the project's lock may."""
    labels = {PROJECT_LABEL: connected.workspace.identity}
    for name in connected.engine.containers.remove_labelled(labels):
        log.say(Noted(msg("removed the container {name}, left by a run that died", name)))


def _taken(options: Options) -> list[str]:
    """Return the stages whose results this run may take from an earlier one."""
    until = STAGES[: STAGES.index(options.last) + 1]
    return [stage for stage in until if stage not in options.forced]


def _true_reason(error: Exception, stop: StopSwitch) -> Exception:
    """Return the interruption, if that broke what was going on (^C reaches pip as well)."""
    if stop.code is None or not isinstance(error, PaddockError) or isinstance(error, Interrupted):
        return error
    interruption = Interrupted(stop.code)
    interruption.__cause__ = error
    return interruption
