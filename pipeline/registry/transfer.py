"""How far a push or pull is, for whoever waits for it; a server that dawdles is given up."""

from __future__ import annotations

import time
from collections.abc import Callable

from pipeline.registry.failures import BrokeOff
from pipeline.text import human_seconds, human_size
from stages.message import msg

#: Seconds between two lines; what is over before the first says nothing.
EVERY = 5.0
#: Seconds that a slow connection is listened to, and the bytes a second that it has to reach after that.
_GRACE, _SLOWEST = 30.0, 5_000


class Transfer:
    """Counts the bytes of all files, and says how many there are yet to come."""

    def __init__(
        self, total: int, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._total, self._say, self._clock = total, say, clock
        self._done = self._moved = 0
        self._begun = self._said = clock()

    def skip(self, count: int) -> None:
        """Count bytes that need not be moved."""
        self._done += count

    def advance(self, count: int) -> None:
        """Count bytes that were moved.

        Raises:
            BrokeOff: there were too few of them in too long a time.
        """
        self._done, self._moved = self._done + count, self._moved + count
        now = self._clock()
        elapsed = now - self._begun
        if elapsed > _GRACE and self._moved < elapsed * _SLOWEST:
            rate = human_size(int(self._moved / elapsed))
            raise BrokeOff(msg("too slow: {rate} a second", rate))
        if now - self._said < EVERY or self._done >= self._total:
            return
        self._said = now
        left = elapsed / self._moved * (self._total - self._done)
        self._say(
            msg(
                "{done} of {total}, about {left} left",
                human_size(self._done),
                human_size(self._total),
                human_seconds(left),
            )
        )
