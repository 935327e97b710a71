"""A sweep as it runs: one process, one lock, one ledger; each member is a run as any other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from os import getpid
from pathlib import Path
from socket import gethostname
from typing import Any

from pipeline import __version__
from pipeline.errors import UsageError
from pipeline.integrity.record import result_folders
from pipeline.plan.lockfile import lock_of, read_lock
from pipeline.project import load_project
from pipeline.project.members import Member, load_members
from pipeline.record.events import (
    Envelope,
    EventLog,
    MemberEnded,
    MemberStarted,
    Noted,
    RunStarted,
)
from pipeline.record.ledger import Entry
from pipeline.record.runlock import LOCK_NAME, run_lock
from pipeline.record.runs import RunFolder, create_run, create_sweep, summarise
from pipeline.run.connect import Connected, connect
from pipeline.run.options import Options, Outcome, StopSwitch
from pipeline.run.prepare import Preparation
from pipeline.run.recheck import Recheck
from pipeline.run.rehash import Rehashed, rehash
from pipeline.run.runner import recorded, remove_leftovers
from pipeline.run.sharing import Sharing
from pipeline.run.stage_pass import StagePass
from pipeline.sweep.capacity import refuse_too_many
from pipeline.sweep.deliver import deliver_table
from pipeline.sweep.plan import PlannedMember, SweepPlan, plan_sweep
from pipeline.sweep.table import Ended, Head, Row, Table, row_of, table_of
from pipeline.text import nearest
from stages.contract import Exit
from stages.message import msg


@dataclass(frozen=True)
class Asked:
    """What the command line asks of a sweep: of each run, how many at once, and which (none: all).

    ``beside`` are the sweeps of other projects that go on at the same time, with as many members each.
    """

    options: Options
    jobs: int = 1
    only: tuple[str, ...] = ()
    beside: int = 0


@dataclass(frozen=True)
class Given:
    """What whoever sweeps several projects did already: read the members, and taken the project's lock.

    ``dead`` is who was found dead holding it.
    """

    members: tuple[Member, ...]
    dead: str


@dataclass(frozen=True)
class SweepEnd:
    """The exit code: a stop's, or else the highest of all members'; and the table, if it came to one."""

    code: Exit
    table: Table | None


def sweep(
    folder: Path,
    asked: Asked,
    environ: Mapping[str, str],
    listener: Callable[[Envelope], None],
    stop: StopSwitch,
    own: RunFolder | None = None,
    given: Given | None = None,
) -> SweepEnd:
    """Run the members of the project in ``folder``; one that fails stops no other.

    Args:
        folder: the project.
        asked: what to run.
        environ: where the engine and the settings of Paddock itself are looked up.
        listener: gets every event of the sweep and its members after it is on the disk; one at a time.
        stop: polled all the time, by all members.
        own: where the sweep's record is, if it has a folder already.
        given: of a sweep of several projects.

    Raises:
        UsageError: before anything starts: no valid sweep, no lock to hold a member to, or another run.
    """
    members = chosen(given.members if given else load_members(folder), asked.only)
    project = load_project(folder)
    locks = {
        it.name: read_lock(lock_of(it.project)) if asked.options.locked else None for it in members
    }
    taken = nullcontext(given.dead) if given else run_lock(project.state / LOCK_NAME)
    with taken as dead:
        record = own or create_sweep(project.state)
        audience = Audience(listener, stop)
        log = EventLog(record.events, record.name, audience.hear)
        tables: list[Table] = []

        def work() -> Outcome:
            if dead:
                log.say(Noted(msg("took over from a run that died ({dead})", dead)))
            connected = connect(project, environ)
            endpoint = connected.engine.endpoint.said
            host, place = gethostname(), str(project.folder)
            log.say(RunStarted(project.name, place, getpid(), host, endpoint, __version__))
            remove_leftovers(connected, log)
            connected.ledger.check()
            preparation = Preparation(connected, lambda text: log.say(Noted(text)), stop.check)
            plan = plan_sweep(members, preparation, asked.options.forced, asked.options.last)
            refuse_too_many(connected.engine, plan, asked.jobs, asked.beside)
            log.say(plan.told(asked.jobs))
            running = _Sweep(
                record.name,
                connected,
                asked,
                locks,
                log,
                audience.hear,
                stop,
                _rehashed(plan, stop),
            )
            tables.append(running.go(plan))
            stop.check()
            return Outcome(max((it.code for it in running.ended.values()), default=Exit.OK))

        code = recorded(record, log, stop, work)
        audience.raise_error()
        return SweepEnd(code, tables[0] if tables else None)


def _rehashed(plan: SweepPlan, stop: StopSwitch) -> tuple[frozenset[str], Rehashed]:
    """Hash all cached results again in one container, which takes longer to start than to do its work.

    What is wrong with one of them ends the members that stand on it.
    """
    keys = {it.origin for planned in plan.members for it in planned.stages if it.fate == "cached"}
    if not keys:
        return frozenset(), Rehashed({})
    first = plan.members[0].prepared
    found = (first.planner.ledger.find(key, first.planner.workspace) for key in sorted(keys))
    taken = [entry for entry in found if entry]
    return frozenset(keys), rehash(first.place, result_folders(taken), stop)


def chosen(members: tuple[Member, ...], names: tuple[str, ...]) -> tuple[Member, ...]:
    """Return the members called so, or all.

    Raises:
        UsageError: there is none of a name.
    """
    refuse_unknown([member.name for member in members], names)
    return tuple(member for member in members if not names or member.name in names)


def refuse_unknown(known: Collection[str], names: Iterable[str]) -> None:
    """Refuse what is the name of no member.

    Raises:
        UsageError: says which is meant, perhaps.
    """
    for name in names:
        if name not in known:
            raise UsageError(
                msg("the sweep has no member {name}{nearest}", repr(name), nearest(name, known)),
                remedy=msg("`paddock sweep plan` names them"),
            )


@dataclass
class Audience:
    """Whoever listens, told by several members; once it is gone, all of them stop."""

    listener: Callable[[Envelope], None]
    stop: StopSwitch
    error: OSError | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def hear(self, envelope: Envelope) -> None:
        """Tell the listener, unless it is gone."""
        with self._lock:
            if self.error is None:
                try:
                    self.listener(envelope)
                except OSError as error:
                    self.error = error
                    self.stop.order(Exit.HANGUP)

    def raise_error(self) -> None:
        """Raise what the listener failed with, if it did."""
        if self.error is not None:
            raise self.error


@dataclass
class _Sweep:
    """The members of one sweep as they run; :meth:`go` tells it from the top."""

    name: str
    connected: Connected
    asked: Asked
    locks: Mapping[str, Mapping[str, Any] | None]
    log: EventLog
    hear: Callable[[Envelope], None]
    stop: StopSwitch
    known: tuple[frozenset[str], Rehashed]
    sharing: Sharing = field(default_factory=Sharing)
    ended: dict[str, Ended] = field(default_factory=dict)

    def go(self, plan: SweepPlan) -> Table:
        """Run all members, and put down what they came to, also if they were stopped."""
        with ThreadPoolExecutor(self.asked.jobs) as threads:
            futures = [threads.submit(self._member, planned) for planned in plan.members]
            wait(futures)
        for future in futures:
            future.result()  # raises what no member's own record could tell
        table = self._table(plan)
        self.log.say(deliver_table(self.connected.project, table))
        return table

    def _table(self, plan: SweepPlan) -> Table:
        kept, members = self._kept(), (it.member for it in plan.members)
        rows = [row_of(member, self.ended.get(member.name), kept) for member in members]
        runs = {it.run.name for it in self.ended.values()}
        head = Head(self.connected.project.name, self.name, self.asked.jobs)
        return table_of(head, rows, [entry for entry in kept.values() if entry.run in runs])

    def _kept(self) -> dict[str, Entry]:
        return {it.key: it for it in self.connected.ledger.held(self.connected.volumes)}

    def _member(self, planned: PlannedMember) -> None:
        if self.stop():
            return
        project = planned.member.project
        own = create_run(project.state)
        self.log.say(MemberStarted(planned.name, own.name))
        log = EventLog(own.events, own.name, self.hear, planned.name)
        connected = replace(self.connected, project=project)

        def work() -> Outcome:
            with Recheck(connected, log, self.stop, self.sharing.checked) as recheck:
                recheck.know(*self.known)
                return StagePass(
                    planned.prepared,
                    recheck,
                    own.name,
                    log,
                    self.asked.options,
                    self.locks[planned.name],
                    self.stop,
                    self.sharing,
                ).go()

        ended = self.ended[planned.name] = Ended(own, recorded(own, log, self.stop, work))
        self.log.say(ending(row_of(planned.member, ended, self._kept()), own))


def ending(row: Row, run: RunFolder) -> MemberEnded:
    """Return what is said of a member that ended, whose run is this."""
    went = summarise(run)
    stage = next((it for it, end in went.stages.items() if end in ("failed", "stopped")), "")
    told = row.model_dump(mode="json", exclude_none=True)
    return MemberEnded(row.name, told, stage, went.message)
