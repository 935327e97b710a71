"""What a sweep looks like after the events so far, its own and its members': a plain record.

Events go in through :meth:`SweepView.apply`, in the order in which each run says them; nothing else changes
a view. A member's are told by the envelope's ``member``; those that came already are passed over.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pydantic import ValidationError

from pipeline.record.events import (
    Delivered,
    Envelope,
    MemberEnded,
    MemberPlaced,
    MemberStarted,
    Noted,
    RunFailed,
    RunFinished,
    RunStarted,
    StageCached,
    StageFinished,
    StageSkipped,
    StageStarted,
    SweepPlanned,
)
from pipeline.record.runs import STOPPED, is_name
from pipeline.sweep.table import Row, Table, ranked
from stages.contract import Exit, Metric, Progress

State = Literal["waiting", "running", "done", "failed", "stopped", "not begun"]
#: States in which nothing more comes of a member.
OVER: tuple[State, ...] = ("done", "failed", "stopped", "not begun")


@dataclass(eq=False)
class MemberView:
    """One member.

    Args:
        name: what it is called.
        place: in the plan, from 0.
        settings: by their dotted names.
        expected: how long it should take by past runs, in seconds; None if none tells.
        run: its own run, once it has one; "" if what it is said to be is the name of none.
        stage: that it is at; ``note`` is what was said of it before it started: for what it waits.
        validation: the best accuracy on the validation set so far, while it trains.
        seconds: that its run took.
        verdict: a value of :class:`pipeline.record.verdict.Verdict`, or "".
        row: what it came to, as the table of the sweep has it.
        node: where a Swarm has it; ``task`` is the state there, ``attempt`` 0 where there is no Swarm.
    """

    name: str
    place: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)
    expected: float | None = None
    state: State = "waiting"
    run: str = ""
    stage: str = ""
    note: str = ""
    progress: Progress | None = None
    validation: float | None = None
    started: datetime | None = None
    seconds: float | None = None
    verdict: str = ""
    failure: str = ""
    row: Row | None = None
    node: str = ""
    task: str = ""
    attempt: int = 0
    _said: tuple[str, int] = ("", -1)

    def begin(self, run: str, now: datetime) -> None:
        """Take that the member's run has begun; what an earlier attempt came to counts no more."""
        run = run if is_name(run) else ""
        is_cut_short = self.state in ("stopped", "not begun") and self.row is None
        if run != self.run or self.state == "waiting" or is_cut_short:
            self.run, self.state, self.started = run, "running", now
            self.stage, self.note, self.progress, self.validation = "", "", None, None
            self.seconds, self.verdict, self.failure, self.row = None, "", "", None

    def place_at(self, placed: MemberPlaced) -> None:
        """Take where a Swarm has the member; another attempt tells all from its beginning."""
        if placed.attempt > self.attempt and self.row is None:
            self.run, self._said = "", ("", -1)
            self.state, self.stage, self.note, self.progress = "waiting", "", "", None
        self.node, self.task, self.attempt = placed.node, placed.state, placed.attempt

    def apply(self, envelope: Envelope, now: datetime) -> None:
        """Take the next event of the member's run."""
        run, seq = self._said
        if envelope.run == run and envelope.seq <= seq:
            return
        self._said = envelope.run, envelope.seq
        self.begin(envelope.run, now)
        if envelope.stage:
            self._apply_to_stage(envelope)
            return
        match envelope.event:
            case RunFailed() as event:
                self.failure = event.message
            case RunFinished() as event:
                self.seconds, self.verdict = event.seconds, event.verdict
                self.end(_ending(event))
            case _:
                pass

    def _apply_to_stage(self, envelope: Envelope) -> None:
        match envelope.event:
            case StageStarted() | StageCached():
                self.stage, self.note, self.progress = envelope.stage, "", None
            case StageFinished() | StageSkipped():
                self.progress = None
            case Noted() as event if self.stage != envelope.stage or self.note:
                self.stage, self.note, self.progress = envelope.stage, event.message, None
            case Progress() as event:
                self.progress = event
            case Metric(name="val_accuracy", value=value):
                self.validation = max(value, self.validation or 0.0)
            case _:
                pass

    def end(self, state: State) -> None:
        """Take that nothing more comes; ``stage`` stays where it ended."""
        self.state, self.progress, self.note = state, None, ""

    def take(self, row: Row, stage: str = "", message: str = "") -> None:
        """Take what the member came to, at which stage it failed or stopped, and why."""
        self.stage = stage or self.stage
        self.row, self.verdict = row, row.verdict
        self.run = row.run if is_name(row.run) else self.run
        self.failure = self.failure or message or row.message
        self.end(row.state)

    def gone(self, now: datetime) -> float:
        """Return for how many seconds it has been running, or ran."""
        if self.state == "running" and self.started:
            return max(0.0, (now - self.started).total_seconds())
        return self.seconds or 0.0


def _ending(event: RunFinished) -> State:
    if event.code in STOPPED:
        return "stopped"
    judged = event.judgement
    return (
        "done"
        if event.code == Exit.OK or (judged and judged.verdict.code == event.code)
        else "failed"
    )


@dataclass
class SweepView:
    """A sweep, as far as it has come. ``version`` rises with every event."""

    name: str = ""
    project: str = ""
    folder: str = ""
    pid: int = 0
    host: str = ""
    jobs: int = 1
    started: datetime | None = None
    last: datetime | None = None
    members: dict[str, MemberView] = field(default_factory=dict)
    failure: RunFailed | None = None
    notes: list[str] = field(default_factory=list)
    delivered: Delivered | None = None
    finished: RunFinished | None = None
    version: int = 0
    _ranked: dict[str, Row] | None = None
    _varied: tuple[str, ...] | None = None

    def apply(self, envelope: Envelope) -> None:
        """Take the next event."""
        self.version += 1
        now = datetime.fromisoformat(envelope.time)
        if envelope.member:
            if member := self.members.get(envelope.member):
                member.apply(envelope, now)
            return
        self.name, self.last, self.started = envelope.run, now, self.started or now
        self._apply_own(envelope, now)

    def _apply_own(self, envelope: Envelope, now: datetime) -> None:  # noqa: C901 - one case an event
        match envelope.event:
            case RunStarted() as event:
                self.project, self.folder = event.project, event.folder
                self.pid, self.host = event.pid, event.host
                self.failure = self.finished = None  # of a Swarm's sweep that was left before
            case SweepPlanned() as event:
                self._plan(event)
            case MemberStarted(name=name, own_run=run):
                self._of(name).begin(run, now)
            case MemberPlaced() as event:
                self._of(event.name).place_at(event)
            case MemberEnded() as event:
                self._end(event, now)
            case RunFailed() as event:
                self.failure = event
            case Noted() as event:
                self.notes.append(event.message)
            case Delivered() as event:
                self.delivered = event
            case RunFinished() as event:
                self.finished = event
                if self.delivered or not self.on_swarm:  # else whoever heard of it has left
                    self._close()
            case _:
                pass

    def apply_all(self, envelopes: Iterable[Envelope]) -> None:
        """Take several events."""
        for envelope in envelopes:
            self.apply(envelope)

    def take_table(self, table: Table) -> None:
        """Take what the table of this sweep says of members that have not told it themselves."""
        for row in table.rows:
            member = self._of(row.name)
            if member.row is None:
                member.take(row)
        self._ranked = None
        self.version += 1

    def cut_short(self) -> None:
        """Say that the sweep is over: its runner is gone without a last word."""
        self._close()
        self.version += 1

    # What is drawn from it.

    @property
    def open_members(self) -> list[MemberView]:
        """Those of which something is still to come."""
        return [it for it in self.members.values() if it.state not in OVER]

    @property
    def running(self) -> list[MemberView]:
        """Those that have begun and are not over."""
        return [it for it in self.members.values() if it.state == "running"]

    def count(self, state: State) -> int:
        """Return how many members are in this state."""
        return sum(it.state == state for it in self.members.values())

    @property
    def ranked(self) -> Mapping[str, Row]:
        """The rows of the members that told what they came to, by name, with their ranks."""
        if self._ranked is None:
            rows = [it.row for it in self.members.values() if it.row is not None]
            self._ranked = {row.name: row for row in ranked(rows)}
        return self._ranked

    @property
    def table(self) -> Table:
        """The table so far; its sums are not counted."""
        rows = tuple(self.ranked.values())
        return Table(
            project=self.project,
            sweep=self.name,
            jobs=self.jobs,
            rows=rows,
            seconds=0.0,
            alone_seconds=0.0,
        )

    @property
    def varied(self) -> tuple[str, ...]:
        """The settings in which members differ."""
        if self._varied is None:
            told = [it.settings for it in self.members.values()]
            names = sorted({name for each in told for name in each})
            self._varied = tuple(
                name for name in names if len({json.dumps(it.get(name)) for it in told}) > 1
            )
        return self._varied

    @property
    def on_swarm(self) -> bool:
        """Whether a Swarm has the members: they go on without whoever told of them.

        How many of them run at once is its affair, and not planned.
        """
        return self.jobs == 0 or any(it.attempt for it in self.members.values())

    # What events do.

    def _of(self, name: str) -> MemberView:
        if name not in self.members:
            self.members[name] = MemberView(name, len(self.members))
        return self.members[name]

    def _plan(self, event: SweepPlanned) -> None:
        self.jobs, self._varied = event.jobs, None
        for name in event.members:
            member = self._of(name)
            settings, seconds = event.settings.get(name), event.seconds.get(name)
            member.settings = settings if isinstance(settings, dict) else {}
            member.expected = float(seconds) if isinstance(seconds, int | float) else None

    def _end(self, event: MemberEnded, now: datetime) -> None:
        try:
            row = Row.model_validate_json(json.dumps(event.row))
        except ValidationError:  # a later version's
            return
        member = self._of(event.name)
        if member.seconds is None:
            member.seconds = member.gone(now)
        member.take(row, event.ended_at, event.message)
        self._ranked = None

    def _close(self) -> None:
        """Nothing more comes: what runs has stopped, what waits was not begun."""
        for member in self.open_members:
            member.end("stopped" if member.state == "running" else "not begun")


def seconds_left(view: SweepView, now: datetime) -> float | None:
    """Return how long the sweep still takes, by its plan; 0 if it takes longer than that; None if none tells.

    What members took more or less than planned so far, those that are left will, too. Of one of which no
    past run told, the members that were made since tell.
    """
    over = [it for it in view.members.values() if it.state == "done" and it.seconds is not None]
    surplus = _mean(it.gone(now) - it.expected for it in over if it.expected is not None)
    usual = _mean(it.gone(now) for it in over if it.row is None or it.row.made)
    left = []
    for member in view.open_members:
        whole = usual if member.expected is None else member.expected + (surplus or 0.0)
        if whole is None:
            return None
        left.append(max(0.0, whole - member.gone(now)))
    at_once = view.jobs or len(view.running) or 1  # how many a Swarm runs at once, only it knows
    return max([sum(left) / at_once, *left])


def _mean(values: Iterable[float]) -> float | None:
    found = list(values)
    return sum(found) / len(found) if found else None
