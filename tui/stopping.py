"""SIGINT, SIGTERM and SIGHUP, for what goes on in the foreground: it ends in its time and leaves nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from types import FrameType

from pipeline.run.options import StopSwitch
from stages.contract import Exit


def stopped_by_signals(first: Callable[[], None] = lambda: None) -> StopSwitch:
    """Return a switch that the signals set; ``first`` is called when the first one comes."""
    stop = StopSwitch()
    codes = {
        signal.SIGINT: Exit.INTERRUPTED,
        signal.SIGTERM: Exit.TERMINATED,
        signal.SIGHUP: Exit.HANGUP,
    }

    def handle(number: int, _frame: FrameType | None) -> None:
        stop.order(codes[signal.Signals(number)])
        if stop() == 1:
            first()
        elif stop() > 2:  # an engine that answers nothing would be waited for: as if killed
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)

    for number in codes:
        if signal.getsignal(number) != signal.SIG_IGN or number != signal.SIGHUP:  # nohup
            signal.signal(number, handle)
    return stop
