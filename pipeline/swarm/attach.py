"""Whoever attaches: all state is read from the Swarm and the registry, and what came back is put in place.

It may end at any moment, by SIGKILL too: whoever attaches next goes on from what is written down.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from os import getpid
from pathlib import Path
from socket import gethostname

from pipeline import __version__
from pipeline.engine.swarm import Task
from pipeline.errors import EngineError, IntegrityFailed, Interrupted, PaddockError
from pipeline.plan.workspace import MEMBER_LABEL
from pipeline.project import Project, load_project
from pipeline.project.members import with_settings
from pipeline.record.events import (
    Envelope,
    EventLog,
    MemberPlaced,
    MemberStarted,
    Noted,
    RunStarted,
)
from pipeline.record.follow import read_events
from pipeline.record.runlock import LOCK_NAME, run_lock
from pipeline.record.runs import create_sweep, run_folder
from pipeline.registry.content import manifest_digest
from pipeline.registry.failures import BrokeOff
from pipeline.run.connect import Connected, connect
from pipeline.run.failure import tell
from pipeline.run.options import Outcome, StopSwitch
from pipeline.run.runner import recorded
from pipeline.swarm.clear import forget_all, over, tidy
from pipeline.swarm.heard import Heard
from pipeline.swarm.kept import Begun, SwarmSweep, Taken, latest_begun
from pipeline.swarm.order import Job, parse_order, refuse_other_version
from pipeline.swarm.result import ChangedHere, entries_of, take_result
from pipeline.swarm.start import Place, ask_for, begin, labels_of, place_of, send_along
from pipeline.sweep.deliver import deliver_table
from pipeline.sweep.drive import Asked, Audience, SweepEnd, ending
from pipeline.sweep.table import Ended, Head, Row, Table, row_of, table_of
from pipeline.text import one_line
from stages.contract import Exit
from stages.message import msg


class Detached(Interrupted):
    """Whoever was attached left; the sweep goes on."""

    def __init__(self, code: Exit) -> None:
        super().__init__(code)
        self.message = msg("detached; the sweep goes on on the Swarm")
        self.remedy = msg("go on with: paddock sweep attach; end it with: paddock sweep stop")


#: Seconds between two looks at the Swarm, and until one believes that no attempt will follow one that failed.
EVERY, PATIENCE = 2.0, 15.0
#: What a line begins with that ``paddock`` complains in.
_ERROR = "error: "
Listener = Callable[[Envelope], None]


def start(
    folder: Path, asked: Asked, environ: Mapping[str, str], listener: Listener, stop: StopSwitch
) -> SweepEnd:
    """Begin the sweep of the project in ``folder`` on a Swarm, and attach.

    Args:
        folder: the project.
        asked: what to run; how many at once is the Swarm's affair.
        environ: where the engine, certificates and credentials are looked up.
        listener: gets every event after it is on the disk.
        stop: detaches, once the sweep is begun.

    Raises:
        UsageError: before anything starts.
    """
    project = load_project(folder)
    with run_lock(project.state / LOCK_NAME):
        sweep = SwarmSweep(create_sweep(project.state))
        return _session(project, sweep, asked, environ, listener, stop)


def attach(
    folder: Path, environ: Mapping[str, str], listener: Listener, stop: StopSwitch
) -> SweepEnd:
    """Go on with the newest sweep of the project that goes on on a Swarm.

    Raises:
        UsageError: none goes on.
    """
    project = load_project(folder)
    with run_lock(project.state / LOCK_NAME):
        sweep, _begun = latest_begun(project.state)
        return _session(project, sweep, None, environ, listener, stop)


def _session(
    project: Project,
    sweep: SwarmSweep,
    asked: Asked | None,
    environ: Mapping[str, str],
    listener: Listener,
    stop: StopSwitch,
) -> SweepEnd:
    """Attach to a sweep, which is begun first if something is ``asked``."""
    audience = Audience(listener, stop)
    log = EventLog(sweep.own.events, sweep.own.name, audience.hear)
    tables: list[Table] = []

    def work() -> Outcome:
        connected = connect(project, environ, make=False)
        begun, endpoint = sweep.begun(), connected.engine.endpoint.said
        place = place_of(project, connected, environ, begun)
        folder, host = str(project.folder), gethostname()
        log.say(RunStarted(project.name, folder, getpid(), host, endpoint, __version__))
        connected.ledger.check()

        def note(text: str) -> None:
            log.say(Noted(text))

        if asked:
            plan, order, digest = send_along(place, connected, asked, sweep, note, stop.check)
            begun = begin(sweep, place, connected, plan, order, digest)
            log.say(plan.told(0))
        if begun is None:
            raise AssertionError("a sweep is begun before one attaches")
        watch = Watch(project, sweep, begun, place, connected, log, audience.hear, stop)
        tables.append(watch.go())
        return Outcome(max(watch.codes.values(), default=Exit.OK))

    code = recorded(sweep.own, log, stop, work)
    audience.raise_error()
    return SweepEnd(code, tables[0] if tables else None)


@dataclass
class Watch:
    """One attachment; :meth:`go` tells it from the top."""

    project: Project
    sweep: SwarmSweep
    begun: Begun
    place: Place
    connected: Connected
    log: EventLog
    hear: Listener
    stop: StopSwitch
    codes: dict[str, Exit] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._order = parse_order(self.sweep.order())
        refuse_other_version(
            self._order, msg("attach with that version, or end the sweep: paddock sweep stop")
        )
        members = with_settings(self.project.folder, self.sweep.settings())
        self._members = {it.name: it for it in members}
        self._labels = labels_of(self.begun, self.sweep.name)
        self._told = _Told(self.sweep)
        self._heard = {it.run: Heard(self.project.state, it, self.hear) for it in self._order.jobs}
        self._since: dict[str, float] = {}
        self._waiting: dict[str, ChangedHere] = {}

    def go(self) -> Table:
        """Look until all members came to their end; then make the table, and clear up."""
        while open_jobs := [it for it in self._order.jobs if not self.sweep.taken(it.run)]:
            self._look(open_jobs)
            left = [it for it in open_jobs if not self.sweep.taken(it.run)]
            if not left:
                break
            if all(it.run in self._waiting for it in left):
                raise self._waiting[left[0].run]  # whoever attaches again goes on
            self._wait()
        table = self._table()
        self.log.say(deliver_table(self.project, table))
        self._clear()
        return table

    def _wait(self) -> None:
        deadline = time.monotonic() + EVERY
        while time.monotonic() < deadline:
            self._leave_if_told()
            time.sleep(0.05)

    def _leave_if_told(self) -> None:
        if self.stop.code is not None:
            raise Detached(self.stop.code)

    def _look(self, jobs: Sequence[Job]) -> None:
        """Look once at the members that have not come to their end; ask for those that are not there.

        The latter are all of a sweep that just begins; later those whose service somebody removed.
        """
        services = self.place.swarm.services(self._labels)
        names = {it.labels.get(MEMBER_LABEL, ""): it.id for it in services}
        tasks = self.place.swarm.tasks(self._labels)
        missing = list[Job]()
        for job in jobs:
            self._leave_if_told()
            attempts = tasks.get(names.get(job.member, ""), [])
            self._place(job, attempts)
            # Those that wait are many, and have said nothing.
            if attempts and attempts[-1].has_begun:
                self._hear(job, attempts[-1])
            # Not before: a member that has sent its result clears up, and its service stays so long.
            is_done = any(it.state == "complete" for it in attempts)
            if is_done or all(it.is_over for it in attempts):
                self._take(job, attempts)
            service, is_taken = names.get(job.member), self.sweep.taken(job.run) is not None
            if service and is_taken:
                # With its service goes what nodes keep of it: containers, volumes, logs.
                self.place.swarm.remove_service(service)
            elif not service and not is_taken:
                missing.append(job)
        if missing:
            wanted = [(it, self._members[it.member].project) for it in missing]
            ask_for(self.place, self.connected, self._order, self.begun, wanted)

    def _place(self, job: Job, attempts: Sequence[Task]) -> None:
        """Say where a member is, if that is news."""
        if not attempts:
            return
        now = attempts[-1]
        placed = MemberPlaced(job.member, now.node, now.state, len(attempts))
        if self._told.is_news(placed):
            self.log.say(placed)
        if not now.node and now.error and self._told.is_new_reason(now.error):
            self.log.say(Noted(msg("{member} waits: {why}", job.member, one_line(now.error))))

    def _hear(self, job: Job, task: Task) -> None:
        """Pass on what the latest attempt said since the last look."""
        heard = self._heard[job.run]
        try:
            said = self.place.swarm.said(task.id, heard.since(task.id))
        except EngineError:
            return  # its node is gone, perhaps: the next look tells
        if heard.take(task.id, said) and self._told.is_new(job.member):
            self.log.say(MemberStarted(job.member, job.run))

    def _take(self, job: Job, attempts: Sequence[Task]) -> None:
        """Take a member's result if it is there; give it up if none will come."""
        project = self._members[job.member].project
        tag = self._order.result_tag(job.member)
        nodes = tuple(it.node for it in attempts)
        self._waiting.pop(job.run, None)
        try:
            digest = manifest_digest(self.place.registry, tag)
            if digest:
                if self._told.is_new(job.member):
                    self.log.say(MemberStarted(job.member, job.run))
                expected = self.sweep.name, job.run
                answer = take_result(self.place.registry, digest, self.connected, project, expected)
                taken = Taken(code=answer.code, nodes=nodes or (answer.node,), digest=digest)
                self.sweep.take(job.run, taken)
                self._heard[job.run].rest()
                self._end(job)
            elif attempts and all(it.is_over for it in attempts):
                self._give_up(job, attempts)
        except BrokeOff as error:
            if self._told.is_new_reason(error.message):  # the next look tells
                self.log.say(Noted(error.message))
        except ChangedHere as error:
            self._waiting[job.run] = error  # the result is not to blame, and stays where it is
            if self._told.is_new_reason(error.message):
                self.log.say(Noted(error.message))
        except IntegrityFailed as error:
            self._fail(job, error, nodes)

    def _give_up(self, job: Job, attempts: Sequence[Task]) -> None:
        """Say that a member came to nothing, if Swarm does not start it again."""
        last = attempts[-1]
        since = self._since.setdefault(last.id, time.monotonic())
        if time.monotonic() - since < PATIENCE:
            return
        why = self._heard[job.run].failure or self._complaint(last) or last.error or last.state
        error = EngineError(
            msg(
                "no attempt on the Swarm came to a result; the last, on {node}: {why}",
                last.node,
                why,
            ),
            remedy=msg("run it again: paddock sweep --swarm --member {name}", job.member),
        )
        self._fail(job, error, tuple(it.node for it in attempts))

    def _complaint(self, task: Task) -> str:
        """Return what an attempt complained of before it could say it in an event; "" if nobody knows."""
        try:
            lines = self.place.swarm.said(task.id, stream="stderr")
        except EngineError:
            return ""
        return next((one_line(it.line) for it in lines if it.line.startswith(_ERROR)), "")

    def _fail(self, job: Job, error: PaddockError, nodes: tuple[str, ...]) -> None:
        if self._told.is_new(job.member):
            self.log.say(MemberStarted(job.member, job.run))
        own = run_folder(self.project.state, job.run)
        log = EventLog(own.events, own.name, self.hear, job.member)
        recorded(own, log, StopSwitch(), lambda: Outcome(tell(error, log, own.path)))
        self.sweep.take(job.run, Taken(code=int(error.code), nodes=nodes, message=error.message))
        self._end(job)

    def _end(self, job: Job) -> None:
        self.log.say(ending(self._row(job), run_folder(self.project.state, job.run)))

    def _table(self) -> Table:
        rows = [self._row(job) for job in self._order.jobs]
        runs = {it.run for it in self._order.jobs}
        made = [entry for entry in self.connected.ledger.entries if entry.run in runs]
        return table_of(Head(self.project.name, self.sweep.name, 0), rows, made)

    def _row(self, job: Job) -> Row:
        member, taken = self._members[job.member], self.sweep.taken(job.run)
        if taken is None:
            return row_of(member, None, {})
        self.codes[job.member] = code = Exit(taken.code)
        ended = Ended(run_folder(self.project.state, job.run), code, taken.nodes)
        return row_of(member, ended, entries_of(self.connected.ledger, job.run))

    def _clear(self) -> None:
        """Remove what the sweep has on the Swarm and in the registry; nobody needs it any more."""
        self.place.swarm.remove(self._labels)
        forgotten = forget_all(self.place.registry, self._order)
        if len(forgotten) <= len(self._order.jobs):
            said = msg(
                "{registry} deletes nothing: what went along and came back stays there (tags with {sweep})",
                self.place.reference,
                self.sweep.name,
            )
            self.log.say(Noted(said))
        over(self.sweep, self.begun, tidy(self.place.swarm, self.sweep, self.begun, self._lost()))

    def _lost(self) -> set[str]:
        """Return the nodes that had an attempt which came to no end there."""
        taken = (self.sweep.taken(it.run) for it in self._order.jobs)
        return {node for it in taken if it for node in it.nodes[: -1 if it.digest else None]}


class _Told:
    """What the record of a sweep tells already: whoever attaches again does not say it once more."""

    def __init__(self, sweep: SwarmSweep) -> None:
        self._placed = dict[str, MemberPlaced]()
        self._started, self._reasons = set[str](), set[str]()
        for envelope in read_events(sweep.own.events):
            if isinstance(envelope.event, MemberPlaced):
                self._placed[envelope.event.name] = envelope.event
            elif isinstance(envelope.event, MemberStarted):
                self._started.add(envelope.event.name)

    def is_news(self, placed: MemberPlaced) -> bool:
        """Return whether this is another place or state than the last that was told; it is told now."""
        is_news = self._placed.get(placed.name) != placed
        self._placed[placed.name] = placed
        return is_news

    def is_new(self, member: str) -> bool:
        """Return whether it was not told that the member began; it is told now."""
        is_new = member not in self._started
        self._started.add(member)
        return is_new

    def is_new_reason(self, why: str) -> bool:
        """Return whether nobody was told yet that one has to wait for this reason; it is told now."""
        is_new = why not in self._reasons
        self._reasons.add(why)
        return is_new
