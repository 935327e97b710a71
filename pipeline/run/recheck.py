"""What every run hashes again before anything starts: cached results that it takes, and ``out/``."""

from __future__ import annotations

import time
from collections.abc import Sequence

from pipeline.integrity.delivered import check_out
from pipeline.integrity.faults import refuse
from pipeline.integrity.record import force, result_folders
from pipeline.record.events import EventLog, Noted
from pipeline.record.ledger import Entry
from pipeline.run.place import Stop
from pipeline.run.prepare import Prepared
from pipeline.run.rehash import rehash
from pipeline.run.results import check_results
from pipeline.text import human_seconds, human_size


class Recheck:
    """The checks of one run."""

    def __init__(self, prepared: Prepared, log: EventLog, stop: Stop) -> None:
        self._prepared, self._log, self._stop = prepared, log, stop
        self._done: set[str] = set()  # the keys of results that were hashed again

    def out(self) -> None:
        """Hash ``out/`` again.

        Raises:
            IntegrityFailed: a file was changed since it was delivered; a missing one comes again.
        """
        faults = check_out(self._prepared.project, self._prepared.planner.ledger)
        refuse([fault for fault in faults if fault.problem != "missing"])

    def results(self, entries: Sequence[Entry]) -> None:
        """Hash cached results again, but for those that this run has done already.

        Raises:
            IntegrityFailed: a file is not the one in the ledger; the remedy names all stages to force.
        """
        new = [entry for entry in entries if entry.key not in self._done]
        if not new:
            return
        started = time.monotonic()
        checked = check_results(new, rehash(self._prepared.place, result_folders(new), self._stop))
        stages = dict.fromkeys(fault.expected.made_by for fault in checked.faults)
        refuse(checked.faults, f"make it again: {force(stages)}")
        self._done |= {entry.key for entry in new}
        size, seconds = human_size(checked.size), human_seconds(time.monotonic() - started)
        self._log.say(
            Noted(f"hashed {checked.files} files of cached results again: {size} in {seconds}")
        )
