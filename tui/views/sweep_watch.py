"""Watching a project's newest sweep from its files: its own events, and those of the members that run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import IntegrityFailed, UsageError
from pipeline.project.schema import OUT_OF_SWEEP
from pipeline.record.events import Delivered, Envelope
from pipeline.record.follow import Follower
from pipeline.record.runlock import Running, running
from pipeline.record.runs import RunFolder, latest_sweep, run_folder, sweep_folder
from pipeline.swarm.kept import Begun, SwarmSweep
from pipeline.sweep.deliver import TABLE_JSON
from pipeline.sweep.table import load_table
from tui.views.sweep import SweepView
from tui.views.watch import BATCH

if TYPE_CHECKING:
    from pipeline.run.background import Started


class SweepWatch:
    """Follows the newest sweep. Of its members only the files of those are read that run now.

    ``view`` is the sweep; ``seen`` has what the last reading brought, in order; ``alive`` is who holds the
    project's lock.
    """

    def __init__(self, state: Path) -> None:
        self.state = state
        self.view = SweepView()
        self.seen: list[Envelope] = []
        self.alive: Running | None = None
        self.folder: RunFolder | None = None
        #: A sweep that was launched here and has just died before its first event.
        self.died_before_start: RunFolder | None = None
        self._own: Follower | None = None
        self._followers: dict[str, tuple[str, Follower]] = {}
        self._launched: Started | None = None
        #: Whether all that there was to read has been read.
        self.is_caught_up = False

    def launch(self, started: Started) -> None:
        """Follow a sweep from its first breath."""
        self._launched = started
        self._follow(started.folder)

    @property
    def goes_on(self) -> bool:
        """Whether the sweep is at work: here, or on another machine that shares the folder."""
        if self._launched is not None:
            return True
        who, view = self.alive, self.view
        return (
            who is not None and (who.pid, who.host) == (view.pid, view.host) and not view.finished
        )

    def poll(self) -> bool:
        """Read what is new; tell whether anything changed."""
        before = self.goes_on
        self.alive = running(self.state)
        ended = self._launched if self._launched and self._launched.ended() is not None else None
        if ended:
            self._launched = None
        switched = self._choose()
        own = self._own.read(BATCH) if self._own else []
        self.view.apply_all(own)
        told = self._read_members(BATCH - len(own))
        self.seen = [*own, *told]
        self.is_caught_up = len(own) < BATCH and len(self.seen) < BATCH
        self.died_before_start = ended.folder if ended and not self.view.name else None
        if any(isinstance(it.event, Delivered) for it in own):
            self._take_table()
        changed = switched or bool(self.seen) or before != self.goes_on
        return self._notice_a_death() or changed

    def _choose(self) -> bool:
        name = latest_sweep(self.state)
        if not name or (self.folder and name <= self.folder.name):
            return False
        self._follow(sweep_folder(self.state, name))
        return True

    def _follow(self, sweep: RunFolder) -> None:
        self.folder, self.view, self._own = sweep, SweepView(), Follower(sweep.events)
        self._followers, self.is_caught_up = {}, False

    def _read_members(self, limit: int) -> list[Envelope]:
        """Read on in the records of the members that run, ``limit`` events at most."""
        at_work = {it.name: it.run for it in self.view.running if it.run}
        kept = {
            name: followed
            for name, followed in self._followers.items()
            if at_work.get(name) == followed[0]
        }
        for name, run in at_work.items():
            if name not in kept:
                kept[name] = run, Follower(run_folder(self.state, run).events)
        followers = {**self._followers, **kept}  # of those that are over, the last words
        self._followers = kept
        found: list[Envelope] = []
        for _run, follower in followers.values():
            found += follower.read(max(0, limit - len(found)))
        self.view.apply_all(found)
        return found

    def _take_table(self) -> None:
        """Read the table, if a member has not told itself what it came to."""
        if all(it.row is not None for it in self.view.members.values()):
            return
        try:
            table = load_table(self.state.parent / OUT_OF_SWEEP / TABLE_JSON)
        except UsageError:
            return
        if table.sweep == self.view.name:
            self.view.take_table(table)

    def _notice_a_death(self) -> bool:
        """A sweep that seems to go on, while nobody is at it and no more events come, was cut short."""
        is_alone = not self.goes_on and self.is_caught_up and not self.seen
        if not is_alone or not self.view.open_members:
            return False
        begun = self._begun()
        if self.view.on_swarm and not (
            begun and begun.is_over
        ):  # somebody may end one: no event tells
            return False
        self.view.cut_short()
        return True

    @property
    def is_on_swarm(self) -> bool:
        """Whether the sweep was begun on a Swarm, and is not over there."""
        begun = self._begun()
        return begun is not None and not begun.is_over

    def _begun(self) -> Begun | None:
        try:
            return SwarmSweep(self.folder).begun() if self.folder else None
        except (IntegrityFailed, OSError):
            return None
