"""How long a test waits for what must come."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

#: Seconds, of a machine on which others take all cores for themselves: whoever waits as long has lost.
PATIENCE = 300.0


def wait_for(found: Callable[[], T | None]) -> T:
    """Ask until there is an answer, and return it.

    Raises:
        AssertionError: there was none for :data:`PATIENCE`: the test hangs, however fast it should be.
    """
    deadline = time.monotonic() + PATIENCE
    while (answer := found()) is None:
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.02)
    return answer
