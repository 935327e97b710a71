"""The runner: one host process that plans, drives the stages and writes down every event."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from os import getpid
from pathlib import Path
from typing import Any

from pipeline import __version__
from pipeline.engine.volumes import VolumeClient
from pipeline.errors import Interrupted, PaddockError, UsageError
from pipeline.plan.lockfile import (
    check_locked,
    check_locked_artifacts,
    lock_entry,
    lock_text,
    read_lock,
)
from pipeline.plan.planner import Step
from pipeline.plan.stages import STAGES
from pipeline.plan.wiring import given_models
from pipeline.plan.workspace import PROJECT_LABEL
from pipeline.project import load_project
from pipeline.record.environment import check_one_environment
from pipeline.record.events import (
    Envelope,
    EventLog,
    Noted,
    RunFinished,
    RunStarted,
    StageCached,
    StageFinished,
    StagePlanned,
    StageSkipped,
)
from pipeline.record.ledger import Components, Entry, now
from pipeline.record.runlock import LOCK_NAME, run_lock
from pipeline.record.runs import keep_out_of_git, new_name, run_folder
from pipeline.run.execution import Executor
from pipeline.run.failure import tell
from pipeline.run.options import Options, StopSwitch
from pipeline.run.outcome import CompletedRun, Outcome, conclude
from pipeline.run.prepare import Connected, Prepared, connect, prepare
from pipeline.run.recheck import Recheck
from stages.contract import Exit, Result
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
    locked = read_lock(project.folder) if options.locked else None
    own = run_folder(project.state, name or new_name())
    with run_lock(project.state / LOCK_NAME, own.name) as dead:
        keep_out_of_git(project.state)
        log = EventLog(own.events, own.name, listener)
        started = time.monotonic()
        outcome = Outcome(Exit.STAGE)  # if nothing better can be said, as when the listener is gone
        try:
            if dead:
                log.say(Noted(msg("took over from a run that died ({dead})", dead)))
            connected = connect(project, environ)
            with Recheck(connected, log, stop) as recheck:
                if not options.dry_run:
                    _remove_leftovers(connected, log)
                    recheck.begin(_taken(options))
                prepared = prepare(
                    connected, options.forced, lambda text: log.say(Noted(text)), stop.check
                )
                outcome = _Run(prepared, recheck, own.name, log, options, locked, stop).go()
                if outcome.refusal:
                    tell(outcome.refusal, log, own.path)
        except Exception as error:  # the boundary: the record of a run must say how it ended
            outcome = Outcome(tell(_true_reason(error, stop), log, own.path))
        finally:
            seconds = round(time.monotonic() - started, 2)
            log.say(RunFinished(outcome.code, seconds, outcome.verdict, outcome.reasons))
            log.close()
        return outcome.code


def _remove_leftovers(connected: Connected, log: EventLog) -> None:
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


class _Run:
    """One pass over the stages; :meth:`go` tells it from the top."""

    def __init__(
        self,
        prepared: Prepared,
        recheck: Recheck,
        name: str,
        log: EventLog,
        options: Options,
        locked: Mapping[str, Any] | None,
        stop: StopSwitch,
    ) -> None:
        self._prepared, self._planner, self._recheck = prepared, prepared.planner, recheck
        self._name, self._log, self._stop = name, log, stop
        self._options, self._locked = options, locked
        self._before_first = STAGES[: STAGES.index(options.first)]
        self._after_last = STAGES[STAGES.index(options.last) + 1 :]
        self._results: dict[str, Result] = {}
        self._components: dict[str, Components] = {}
        self._stack = contextlib.ExitStack()
        self._open_volumes: VolumeClient | None = None

    def go(self) -> Outcome:
        """Plan, then pass the stages one after the other, then judge what was made."""
        self._introduce()
        self._planner.ledger.check()
        steps = self._plan()
        if self._options.dry_run:
            return Outcome(Exit.OK)
        self._recheck_what_is_taken(steps)
        with self._stack:
            for step in steps:
                self._stop.check()
                self._pass(self._planner.settle(step, self._results))
            self._stop.check()
            return self._conclude()

    def _introduce(self) -> None:
        project, engine = self._prepared.project, self._prepared.place.engine
        endpoint = msg("{first} ({rest})", engine.endpoint.url, engine.endpoint.source)
        host = socket.gethostname()
        event = RunStarted(project.name, str(project.folder), getpid(), host, endpoint, __version__)
        self._log.say(event)

    def _plan(self) -> tuple[Step, ...]:
        steps = self._planner.plan()
        for step in steps:
            key = step.components.key if step.components else ""
            self._log.say(StagePlanned(step.action, step.reason, key), step.stage)
        return steps

    def _recheck_what_is_taken(self, steps: Sequence[Step]) -> None:
        """Hash again, before hours are spent, what this run will build on or replace."""
        if not self._after_last:
            self._recheck.out()
        taken = [step.entry for step in steps if step.stage not in self._after_last]
        self._recheck.results([entry for entry in taken if entry], self._prepared.place)

    def _pass(self, step: Step) -> None:
        """Skip, take from the cache, or run one stage: the one place where that is decided."""
        if step.action == "skip":
            self._log.say(StageSkipped(step.reason), step.stage)
        elif step.stage in self._after_last:
            self._log.say(StageSkipped(msg("--until {last}", self._options.last)), step.stage)
        elif step.components is None:
            raise AssertionError(f"{step.stage} was reached before its inputs")
        elif step.entry:
            self._hold_to_lock(step.components)
            self._take(step.entry)
        elif step.stage in self._before_first:
            raise UsageError(
                msg(
                    "--from {first}: {stage} has no result ({reason})",
                    self._options.first,
                    step.stage,
                    step.reason,
                ),
                remedy=msg("run it first: paddock --batch --until {stage}", step.stage),
            )
        else:
            self._hold_to_lock(step.components)
            self._execute(step, step.components)

    def _hold_to_lock(self, components: Components) -> None:
        if self._locked is not None:
            check_locked(self._locked, components)

    def _take(self, entry: Entry) -> None:
        self._recheck.results([entry], self._prepared.place)
        self._keep(entry.components, entry.result)
        self._log.say(StageCached(entry.key, entry.run), entry.components.stage)

    def _execute(self, step: Step, components: Components) -> None:
        executor = Executor(self._prepared, self._name, self._log, self._volumes())
        started = time.monotonic()
        made = executor.execute(step, components, self._results, self._stop)
        self._planner.ledger.append(
            Entry(now(), self._name, self._planner.workspace, components, made.result, made.file)
        )
        self._keep(components, made.result)
        seconds = round(time.monotonic() - started, 2)
        self._log.say(StageFinished(made.result.key, seconds, made.result.metrics), step.stage)

    def _keep(self, components: Components, result: Result) -> None:
        """Take a result as the stage's of this run, made now or before."""
        if self._locked is not None:
            check_locked_artifacts(self._locked, components.stage, result)
        self._results[components.stage] = result
        self._components[components.stage] = components
        check_one_environment({name: item.environment for name, item in self._results.items()})

    def _volumes(self) -> VolumeClient:
        """Open the volumes once a run, and only if something has to go in or out."""
        if self._open_volumes is None:
            self._open_volumes = self._stack.enter_context(self._prepared.place.volumes())
        return self._open_volumes

    def _conclude(self) -> Outcome:
        """Judge the run, if it came to its last stage, which measures."""
        if self._planner.wires[-1].stage not in self._results:
            return Outcome(Exit.OK)
        entries = {
            stage: lock_entry(self._components[stage], result)
            for stage, result in self._results.items()
        }
        given = given_models(self._planner.wires)
        completed = CompletedRun(
            self._name, self._results, given, lock_text(entries), self._locked is not None
        )
        return conclude(self._prepared, completed, self._volumes, self._log)
