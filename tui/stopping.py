"""SIGINT and SIGTERM, for what goes on in the foreground: it ends in its own time and leaves nothing."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType

from pipeline.run.options import StopSwitch
from stages.contract import Exit


def stopped_by_signals(first: Callable[[], None] = lambda: None) -> StopSwitch:
    """Return a switch that the signals set; ``first`` is called when the first one comes."""
    stop = StopSwitch()
    codes = {signal.SIGINT: Exit.INTERRUPTED, signal.SIGTERM: Exit.TERMINATED}

    def handle(number: int, _frame: FrameType | None) -> None:
        if not stop():
            first()
        stop.order(codes[signal.Signals(number)])

    for number in codes:
        signal.signal(number, handle)
    return stop
