"""The runner: one host process that plans, drives the stages and writes down every event."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from os import getpid
from pathlib import Path
from typing import Any

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
from pipeline.plan.wiring import Wire, given_models
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
from pipeline.run.execution import Executor, Made
from pipeline.run.failure import tell
from pipeline.run.outcome import CompletedRun, Outcome, conclude
from pipeline.run.prepare import Prepared, prepare
from pipeline.run.recheck import Recheck
from stages.contract import STAGES, Exit, Result


@dataclass(frozen=True)
class Options:
    """What the command line asks for."""

    first: str = STAGES[0]
    last: str = STAGES[-1]
    forced: frozenset[str] = frozenset()
    dry_run: bool = False
    locked: bool = False


class StopSwitch:
    """Set by a signal handler, polled by whatever can be stopped."""

    def __init__(self) -> None:
        self._orders: list[Exit] = []

    @property
    def code(self) -> Exit | None:
        """Exit code of a run that was stopped; of two orders the person's, for handlers may overtake."""
        return min(self._orders, default=None)

    def order(self, code: Exit) -> None:
        """Ask for a stop; a second time means at once."""
        self._orders.append(code)

    def __call__(self) -> int:
        """Return how often a stop was asked for."""
        return len(self._orders)

    def check(self) -> None:
        """Raise :class:`Interrupted` if a signal arrived."""
        if self.code is not None:
            raise Interrupted(self.code)


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
                log.say(Noted(f"took over from a run that died ({dead})"))
            prepared = prepare(
                project,
                environ,
                options.forced,
                lambda text: log.say(Noted(text)),
                stop.check,
            )
            outcome = _Run(prepared, own.name, log, options, locked, stop).go()
        except Exception as error:  # the boundary: the record of a run must say how it ended
            outcome = Outcome(tell(_true_reason(error, stop), log, own.path))
        finally:
            seconds = round(time.monotonic() - started, 2)
            log.say(RunFinished(outcome.code, seconds, outcome.verdict, outcome.reasons))
            log.close()
        return outcome.code


def _true_reason(error: Exception, stop: StopSwitch) -> Exception:
    """Return the interruption, if that broke what was going on (^C reaches pip as well)."""
    if stop.code is None or not isinstance(error, PaddockError) or isinstance(error, Interrupted):
        return error
    interruption = Interrupted(stop.code)
    interruption.__cause__ = error
    return interruption


class _Run:
    """One pass over the stages."""

    def __init__(
        self,
        prepared: Prepared,
        name: str,
        log: EventLog,
        options: Options,
        locked: Mapping[str, Any] | None,
        stop: StopSwitch,
    ) -> None:
        self._prepared, self._name, self._log = prepared, name, log
        self._options, self._locked, self._stop = options, locked, stop
        self._results: dict[str, Result] = {}
        self._components: dict[str, Components] = {}
        self._recheck = Recheck(prepared, log, stop)
        self._stack = contextlib.ExitStack()
        self._open_volumes: VolumeClient | None = None

    def go(self) -> Outcome:
        """Run, or only plan."""
        self._introduce()
        self._prepared.ledger.check()
        steps = self._prepared.planner.plan(self._prepared.wires)
        for step in steps:
            key = step.components.key if step.components else ""
            self._log.say(StagePlanned(step.action, step.reason, key), step.stage)
        if self._options.dry_run:
            return Outcome(Exit.OK)
        self._remove_leftovers()
        if self._options.last == STAGES[-1]:
            self._recheck.out()
        last = STAGES.index(self._options.last)
        taken = [step.entry for step in steps if STAGES.index(step.stage) <= last]
        self._recheck.results([entry for entry in taken if entry])
        with self._stack:
            for wire in self._prepared.wires:
                self._stop.check()
                self._pass(wire)
            self._stop.check()
            return self._conclude()

    def _introduce(self) -> None:
        project, engine = self._prepared.project, self._prepared.engine
        endpoint = f"{engine.endpoint.url} ({engine.endpoint.source})"
        host = socket.gethostname()
        event = RunStarted(
            project.name, str(project.folder), getpid(), host, endpoint, version("paddock")
        )
        self._log.say(event)

    def _remove_leftovers(self) -> None:
        labels = {PROJECT_LABEL: self._prepared.workspace.identity}
        for name in self._prepared.engine.containers.remove_labelled(labels):
            self._log.say(Noted(f"removed the container {name}, left by a run that died"))

    def _pass(self, wire: Wire) -> None:
        """Skip, take from the cache, or run one stage."""
        step = self._prepared.planner.decide(wire, self._results)
        index = STAGES.index(wire.stage)
        if step.action == "skip":
            self._log.say(StageSkipped(step.reason), wire.stage)
        elif index > STAGES.index(self._options.last):
            self._log.say(StageSkipped(f"--until {self._options.last}"), wire.stage)
        elif step.entry and step.components:
            self._hold_to_lock(step.components)
            self._take(step.entry)
        elif index < STAGES.index(self._options.first):
            raise UsageError(
                f"--from {self._options.first}: {wire.stage} has no result ({step.reason})",
                remedy=f"run it first: paddock --batch --until {wire.stage}",
            )
        else:
            self._execute(wire, step)

    def _hold_to_lock(self, components: Components) -> None:
        if self._locked is not None:
            check_locked(self._locked, components)

    def _take(self, entry: Entry) -> None:
        self._recheck.results([entry])
        stage = entry.components.stage
        self._keep(entry.components, entry.result)
        self._log.say(StageCached(entry.key, entry.run), stage)

    def _keep(self, components: Components, result: Result) -> None:
        if self._locked is not None:
            check_locked_artifacts(self._locked, components.stage, result)
        self._results[components.stage] = result
        self._components[components.stage] = components
        check_one_environment({name: item.environment for name, item in self._results.items()})

    def _execute(self, wire: Wire, step: Step) -> None:
        if step.components is None:
            raise AssertionError(f"{wire.stage} was reached before its inputs")
        self._hold_to_lock(step.components)
        executor = Executor(self._prepared, self._name, self._log, self._volumes())
        started = time.monotonic()
        made = executor.execute(wire, step.components, step.reason, self._results, self._stop)
        self._record(step.components, made)
        self._keep(step.components, made.result)
        seconds = round(time.monotonic() - started, 2)
        self._log.say(StageFinished(made.result.key, seconds, made.result.metrics), wire.stage)

    def _record(self, components: Components, made: Made) -> None:
        workspace = self._prepared.planner.workspace
        entry = Entry(now(), self._name, workspace, components, made.result, made.file)
        self._prepared.ledger.append(entry)

    def _volumes(self) -> VolumeClient:
        """Open the volumes once a run, and only if something has to go in or out."""
        if self._open_volumes is None:
            workspace = self._prepared.workspace
            mounts = {
                item.target: workspace.volumes[item.volume]
                for item in workspace.compose.services[STAGES[0]].volumes
            }
            image = self._prepared.images[STAGES[0]].id
            volumes = self._prepared.engine.volumes.client(image, mounts, workspace.labels)
            self._open_volumes = self._stack.enter_context(volumes)
        return self._open_volumes

    def _conclude(self) -> Outcome:
        if "verify" not in self._results:
            return Outcome(Exit.OK)
        entries = {
            stage: lock_entry(self._components[stage], result)
            for stage, result in self._results.items()
        }
        given = given_models(self._prepared.wires)
        completed = CompletedRun(
            self._name, self._results, given, lock_text(entries), self._locked is not None
        )
        return conclude(self._prepared, completed, self._volumes, self._log)
