"""Hunting through a file in a thread: what is found is told in batches, a few times a second."""

from __future__ import annotations

import os
import time
from array import array
from collections.abc import Callable

from tui.logs.document import Hunt
from tui.logs.rows import MOST_MATCHES
from tui.logs.scan import Batch, scan

#: Seconds between two batches that are told, and that a pass leaves to the others after each chunk.
_TELL_EVERY, _BREATH = 0.1, 0.001

Tell = Callable[[Batch, int], None]


def hunt_on(
    hunt: Hunt, descriptor: int, stop: int, tell: Tell, is_over: Callable[[], bool]
) -> None:
    """Look through the file from where ``hunt`` is up to ``stop`` (bytes), and close ``descriptor``.

    Args:
        hunt: only read; who is told keeps its matches.
        descriptor: the file.
        stop: the file's size.
        tell: gets new matches and how far (bytes) the pass has come; the last time, that is ``stop``.
        is_over: asked after every chunk whether the rest is of no interest any more.
    """
    found, then = array("Q"), hunt.matches.then
    room = MOST_MATCHES - len(hunt.matches.lines)
    told = time.monotonic()
    try:
        for batch in scan(descriptor, hunt.patterns, then, stop):
            found.extend(batch.lines)
            room, then = room - len(batch.lines), batch.then
            if is_over():
                return
            if room <= 0:
                break
            if time.monotonic() - told >= _TELL_EVERY:
                tell(Batch(found, then), then.offset)
                found, told = array("Q"), time.monotonic()
            time.sleep(_BREATH)
        tell(Batch(found, then), stop)
    finally:
        os.close(descriptor)
