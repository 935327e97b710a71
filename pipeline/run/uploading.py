"""How far an upload is, for whoever waits for it: a line now and then, with what is left of it."""

from __future__ import annotations

import time
from collections.abc import Callable

from pipeline.text import human_seconds
from stages.message import msg

#: Seconds between two lines; an upload that is over before the first says nothing.
EVERY = 5.0


class Uploading:
    """Counts the files of one upload, and says how many there are yet to come."""

    def __init__(
        self, total: int, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._total, self._say, self._clock = total, say, clock
        self._done = 0
        self._begun = self._said = clock()

    def advance(self) -> None:
        """Count a file."""
        self._done += 1
        now = self._clock()
        if now - self._said < EVERY or self._done == self._total:
            return
        self._said = now
        left = (now - self._begun) / self._done * (self._total - self._done)
        self._say(
            msg(
                "uploaded {done} of {total} files, about {left} left",
                f"{self._done:,}",
                f"{self._total:,}",
                human_seconds(left),
            )
        )
