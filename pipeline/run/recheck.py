"""What every run hashes again before anything starts: cached results that it takes, and ``out/``."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from pipeline.integrity.delivered import check_out
from pipeline.integrity.faults import refuse
from pipeline.integrity.record import force, result_folders
from pipeline.record.events import EventLog, Noted
from pipeline.record.ledger import Entry
from pipeline.run.connect import Connected
from pipeline.run.place import Place, Stop
from pipeline.run.rehash import STAGE, Rehashed, check_results, rehash
from pipeline.text import human_seconds, human_size
from stages.message import msg


class Recheck:
    """The checks of one run; a context manager, for the hashing begins before it is known what is taken.

    To start a container takes longer than to hash most results in it. So it starts at once, in a thread, with
    each stage's latest result, while the inputs are hashed; what is then taken, and was not among them, is
    hashed in a second one.
    """

    def __init__(
        self, connected: Connected, log: EventLog, stop: Stop, done: set[str] | None = None
    ) -> None:
        self._connected, self._log, self._stop = connected, log, stop
        # the keys of results that were held against the ledger
        self._done = set[str]() if done is None else done
        self._thread = ThreadPoolExecutor(1)
        self._early: Callable[[], Rehashed] | None = None
        self._early_keys: frozenset[str] = frozenset()
        self._begun = 0.0
        self._is_over = False

    def __enter__(self) -> Recheck:
        return self

    def __exit__(self, *_raised: object) -> None:
        self._is_over = True  # a run that failed meanwhile leaves no container behind
        self._thread.shutdown()

    def begin(self, stages: Iterable[str]) -> None:
        """Start to hash the latest results of ``stages``, which will be taken if nothing changed."""
        connected = self._connected
        latest = [entry for stage in stages if (entry := connected.ledger.last(stage))]
        ledger, volumes = connected.ledger, connected.volumes
        here = [found for entry in latest if (found := ledger.find(entry.key, volumes))]
        place = self._place() if here else None
        if place and not connected.ledger.broken:
            self._begun = time.monotonic()
            self._early_keys = frozenset(entry.key for entry in here)
            folders = result_folders(here)
            self._early = self._thread.submit(rehash, place, folders, self._orders).result

    def know(self, keys: frozenset[str], found: Rehashed) -> None:
        """Take what was found of the results with these keys for all members of a sweep, in one go."""
        self._early_keys, self._begun = keys, time.monotonic()
        self._early = lambda: found

    def _place(self) -> Place | None:
        """Return where to hash; None if the image for it is not there."""
        engine, workspace = self._connected.engine, self._connected.workspace
        image = engine.images.find(workspace.compose.services[STAGE].image)
        return Place(engine, workspace, {STAGE: image}) if image else None

    def _orders(self) -> int:
        return 2 if self._is_over else self._stop()

    def out(self) -> None:
        """Hash ``out/`` again.

        Raises:
            IntegrityFailed: a file was changed since it was delivered; a missing one comes again.
        """
        faults = check_out(self._connected.project, self._connected.ledger)
        refuse([fault for fault in faults if fault.problem != "missing"])

    def results(self, entries: Sequence[Entry], place: Place) -> None:
        """Hold cached results against the ledger, but for those that this run has done already.

        Args:
            entries: what is taken.
            place: where those are hashed that were not yet.

        Raises:
            IntegrityFailed: a file is not the one in the ledger; the remedy names all stages to force.
            PaddockError: they could not be hashed, or the run was stopped.
        """
        new = [entry for entry in entries if entry.key not in self._done]
        if not new:
            return
        started = time.monotonic()
        early = [entry for entry in new if entry.key in self._early_keys]
        others = [entry for entry in new if entry.key not in self._early_keys]
        found = Rehashed({})
        if early and self._early:
            started, found = self._begun, self._early()
        if others:
            more = rehash(place, result_folders(others), self._stop)
            found = Rehashed({**found.files, **more.files})
        checked = check_results(new, found)
        stages = dict.fromkeys(fault.expected.made_by for fault in checked.faults)
        command = force(stages, self._connected.project.member)
        refuse(checked.faults, msg("make it again: {force}", command))
        self._done |= {entry.key for entry in new}
        size, seconds = human_size(checked.size), human_seconds(time.monotonic() - started)
        self._log.say(
            Noted(
                msg(
                    "hashed {files} files of cached results again: {size} in {seconds}",
                    checked.files,
                    size,
                    seconds,
                )
            )
        )
