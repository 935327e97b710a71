"""One pass over the stages of a project: what is planned is skipped, taken from the cache, or run."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Mapping, Sequence
from os import getpid
from typing import Any

from pipeline import __version__
from pipeline.engine.volumes import VolumeClient
from pipeline.errors import UsageError
from pipeline.plan.lockfile import (
    check_locked,
    check_locked_artifacts,
    lock_entry,
    lock_name,
    lock_text,
)
from pipeline.plan.planner import Step
from pipeline.plan.stages import STAGES
from pipeline.plan.wiring import given_models
from pipeline.record.environment import check_one_environment
from pipeline.record.events import (
    EventLog,
    Noted,
    RunStarted,
    StageCached,
    StageFinished,
    StagePlanned,
    StageSkipped,
)
from pipeline.record.ledger import Components, Entry, now
from pipeline.run.execution import Executor
from pipeline.run.options import Options, Outcome, StopSwitch
from pipeline.run.outcome import CompletedRun, conclude
from pipeline.run.prepare import Prepared
from pipeline.run.recheck import Recheck
from pipeline.run.sharing import Sharing
from stages.contract import Exit, Result
from stages.message import msg


class StagePass:
    """The pass of one run; :meth:`go` tells it from the top."""

    def __init__(
        self,
        prepared: Prepared,
        recheck: Recheck,
        name: str,
        log: EventLog,
        options: Options,
        locked: Mapping[str, Any] | None,
        stop: StopSwitch,
        sharing: Sharing,
    ) -> None:
        self._sharing = sharing
        self._prepared, self._planner, self._recheck = prepared, prepared.planner, recheck
        self._name, self._log, self._stop = name, log, stop
        self._options, self._locked = options, locked
        self._lock_name = lock_name(prepared.project)
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
        endpoint = engine.endpoint.said
        host = socket.gethostname()
        event = RunStarted(project.name, str(project.folder), getpid(), host, endpoint, __version__)
        self._log.say(event)

    def _plan(self) -> tuple[Step, ...]:
        steps = self._planner.plan()
        if self._options.dry_run:
            from pipeline.run.foresight import foreseen  # noqa: PLC0415 - a run that runs finds out

            steps = foreseen(self._prepared)
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
            self._make(step, step.components)

    def _hold_to_lock(self, components: Components) -> None:
        if self._locked is not None:
            check_locked(self._locked, components, self._lock_name)

    def _take(self, entry: Entry) -> None:
        self._recheck.results([entry], self._prepared.place)
        self._keep(entry.components, entry.result)
        self._log.say(StageCached(entry.key, entry.run), entry.components.stage)

    def _make(self, step: Step, components: Components) -> None:
        """Execute the stage, unless a run beside this one is just making the same or has made it."""

        def waiting() -> None:
            self._log.say(Noted(msg("another member is making the same; waiting")), step.stage)

        started = time.monotonic()
        with self._sharing.turn(components, self._stop, waiting) as is_made:
            ledger, workspace = self._planner.ledger, self._planner.workspace
            found = ledger.find(components.key, workspace) if is_made else None
            result = found.result if found else self._execute(step, components)
        # Its turn is over: what this run's lock has against the result is no other's affair.
        if found:
            self._take(found)
            return
        self._keep(components, result)
        seconds = round(time.monotonic() - started, 2)
        self._log.say(StageFinished(result.key, seconds, result.metrics), step.stage)

    def _execute(self, step: Step, components: Components) -> Result:
        executor = Executor(self._prepared, self._name, self._log, self._volumes(), self._sharing)
        made = executor.execute(step, components, self._results, self._stop)
        self._planner.ledger.append(
            Entry(now(), self._name, self._planner.workspace, components, made.result, made.file)
        )
        return made.result

    def _keep(self, components: Components, result: Result) -> None:
        """Take a result as the stage's of this run, made now or before."""
        if self._locked is not None:
            check_locked_artifacts(self._locked, components.stage, result, self._lock_name)
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
        with self._sharing.concluding:
            return conclude(self._prepared, completed, self._volumes, self._log, self._stop)
