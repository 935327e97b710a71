"""Watching a project's runs from its files: the one that goes on, or else the last one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.record.events import Envelope
from pipeline.record.follow import Follower
from pipeline.record.runlock import Running, running
from pipeline.record.runs import RunFolder, latest, latest_own, list_runs, runs_stamp
from tui.views.run import RunView

if TYPE_CHECKING:
    from pipeline.run.background import Started

#: Events taken at a time, so that a key is answered while a long run is being read in.
BATCH = 2000


class Watch:
    """Follows one run at a time; a run that somebody starts takes the place of one that has ended."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._follower: Follower | None = None
        #: Whether all that there was to read has been read.
        self.is_caught_up = False
        self._launched: Started | None = None
        self._left = ""
        self._seen_runs: tuple[int, bool] | None = None
        self.is_earlier = False
        self.alive: Running | None = None
        self.run: RunFolder | None = None
        self.view = RunView()
        self.seen: list[Envelope] = []
        #: A runner that was launched here and has just died before its first event.
        self.died_before_start: RunFolder | None = None

    def poll(self) -> bool:
        """Read what is new; tell whether anything changed.

        ``seen`` then holds the events of this reading, in order.
        """
        before = self.is_running
        self.alive = running(self._state)
        ended = self._launched if self._launched and self._launched.ended() is not None else None
        if ended:
            self._launched = None
        switched = self._choose()
        self.seen = self._follower.read(BATCH) if self._follower else []
        self.view.apply_all(self.seen)
        if self.run and self.seen:
            self.view.find_logs(self.run)
        self.died_before_start = ended.folder if ended and not self.view.name else None
        changed = switched or bool(self.seen) or before != self.is_running
        self.is_caught_up = len(self.seen) < BATCH
        return self._notice_a_death() or changed

    @property
    def is_running(self) -> bool:
        """Whether a runner is at work, or is just starting and has no lock yet."""
        return self.alive is not None or self._launched is not None

    @property
    def is_sweep(self) -> bool:
        """Whether what goes on is no run: the runner of a sweep names none."""
        return self.alive is not None and not self.alive.run

    def launch(self, started: Started) -> None:
        """Follow a runner from its first breath."""
        self._launched = started
        self.follow(started.folder)

    def _choose(self) -> bool:
        """Follow the run that goes on, or the last one if none was chosen yet."""
        if self._left and self.alive and self.alive.run == self._left:
            return False
        wanted = self._named(self.alive.run) if self.alive and self.alive.run else None
        if wanted is None and self.run is None and self._has_news():
            wanted = self._newest()
        if wanted is None or (self.run and wanted.name == self.run.name):
            return False
        self.follow(wanted)
        return True

    def choose(self, run: RunFolder) -> None:
        """Follow a run that the user chose; one that goes on already does not take its place."""
        self._left = self.alive.run if self.alive and self.alive.run != run.name else ""
        self.follow(run)
        newest = self._newest()
        self.is_earlier = newest is not None and newest.name != run.name

    def choose_latest(self) -> None:
        """Follow the newest run again."""
        newest = self._newest()
        if newest:
            self.choose(newest)

    def _has_news(self) -> bool:
        """Whether there may be a run that there was not before; to look at each takes time."""
        before, self._seen_runs = self._seen_runs, (runs_stamp(self._state), self.is_sweep)
        return before != self._seen_runs

    def _newest(self) -> RunFolder | None:
        """Return the last run of the project itself; of members of a sweep one that goes on is shown."""
        return latest(self._state) if self.is_sweep else latest_own(self._state)

    def follow(self, run: RunFolder) -> None:
        """Follow ``run`` from its first event."""
        self.run, self.view, self.is_earlier = run, RunView(), False
        self._follower, self.is_caught_up = Follower(run.events), False

    @property
    def _runs_here(self) -> bool:
        """Whether the run that is followed is the one that goes on, or may be one of a sweep's."""
        if self.alive and not self.alive.run:
            return self.run is not None
        names = (self.alive.run if self.alive else "", self._launched.run if self._launched else "")
        return self.run is not None and self.run.name in names

    def _named(self, name: str) -> RunFolder | None:
        if self.run and self.run.name == name:
            return self.run
        return next((run for run in list_runs(self._state) if run.name == name), None)

    def _notice_a_death(self) -> bool:
        """A stage that seems to run, while no runner does and no more events come, has stopped."""
        alone = not self._runs_here and self.is_caught_up and not self.seen
        if not alone or self.view.finished or self.view.running_stage is None:
            return False
        self.view.cut_short()
        return True
