"""What the runs of one process share, so that nothing is made, uploaded or hashed twice."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from pipeline.errors import PaddockError
from pipeline.record.ledger import Components
from pipeline.run.options import StopSwitch
from stages.message import msg

#: How often who waits for another run's stage looks whether a stop was ordered, in seconds.
_POLL = 0.1


class Sharing:
    """Of the members of a sweep, or of one run alone.

    ``checked`` has the keys of results that were held against the ledger, or made, by this process;
    ``uploaded`` the folders of the inputs volume that it put there, or found. ``uploading`` is held while
    something is looked for and put there, ``concluding`` while a run is judged and its files are delivered.
    """

    def __init__(self) -> None:
        self.checked: set[str] = set()
        self.uploaded: set[PurePosixPath] = set()
        self.uploading, self.concluding = threading.Lock(), threading.Lock()
        self._made: set[str] = set()
        self._failed: dict[str, PaddockError] = {}
        self._turns: dict[str, threading.Lock] = {}

    @contextlib.contextmanager
    def turn(
        self, components: Components, stop: StopSwitch, waiting: Callable[[], None]
    ) -> Iterator[bool]:
        """Let one run at a time make the result of a key; yield whether another has made it by now.

        Args:
            components: of the key.
            stop: looked at while another run is at it.
            waiting: called if another run is at it.

        Raises:
            Interrupted: a stop was ordered meanwhile.
            PaddockError: another run has tried, and why it failed: nobody tries again.
        """
        key = components.key
        turn = self._turns.setdefault(key, threading.Lock())
        if not turn.acquire(blocking=False):
            waiting()
            while not turn.acquire(timeout=_POLL):
                stop.check()
        try:
            stop.check()
            if failed := self._failed.get(key):
                raise type(failed)(
                    msg(
                        "the {stage} stage failed where it was made for another member: {why}",
                        components.stage,
                        failed.message,
                    ),
                    failed.where,
                    failed.remedy,
                    failed.pitfall,
                ) from failed
            yield key in self._made
            self._made.add(key)
            self.checked.add(key)
        except PaddockError as error:
            if stop.code is None:
                self._failed.setdefault(key, error)
            raise
        finally:
            turn.release()
