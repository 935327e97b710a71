"""How long a test waits for what must come."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

#: Seconds, of a machine on which others take all cores for themselves: whoever waits as long has lost.
PATIENCE = 300.0


class Patience:
    """Ends a wait that is over :data:`PATIENCE`: the test hangs, however fast it should be."""

    def __init__(self) -> None:
        self._end = time.monotonic() + PATIENCE

    def check(self, told: Callable[[], str] = lambda: "nothing happened") -> None:
        """Go on waiting.

        Raises:
            AssertionError: it was long enough; says what is ``told``.
        """
        if time.monotonic() > self._end:
            raise AssertionError(told())


def wait_for(found: Callable[[], T | None]) -> T:
    """Ask until there is an answer, and return it.

    Raises:
        AssertionError: there was none for :data:`PATIENCE`.
    """
    patience = Patience()
    while (answer := found()) is None:
        patience.check()
        time.sleep(0.02)
    return answer
