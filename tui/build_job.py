"""Building the images in a thread: one job at a time, which goes on when its screen is left.

A build cannot be killed in a thread; when the process ends, the engine sees its client go and gives up the
step that it is at. What was built stays.
"""

from __future__ import annotations

import contextlib
import threading
import time
import traceback
from collections.abc import Callable
from queue import Empty, SimpleQueue

from pipeline.errors import PaddockError
from pipeline.images.events import BuildEvent
from pipeline.images.log import BuildLog
from stages.message import text_of
from tui.backend import Backend
from tui.views.build import BuildView


class BuildJob:
    """A build and what is known of it. ``ended`` is called in the job's thread, at the very end."""

    def __init__(self, backend: Backend, ended: Callable[[], object]) -> None:
        self._backend, self._ended = backend, ended
        self._events: SimpleQueue[BuildEvent] = SimpleQueue()
        self._over = threading.Event()
        self._said_over = False
        self._log = backend.build_log()
        self.view = BuildView.of(backend.image_names())
        self.error: Exception | None = None
        self.started = time.monotonic()
        self.seconds = 0.0

    @property
    def log_path(self) -> str:
        """Where the complete log is."""
        return str(self._log.path)

    @property
    def is_over(self) -> bool:
        """Whether it has ended, well or not."""
        return self._over.is_set()

    def start(self) -> None:
        """Begin. The thread does not keep the process alive."""
        threading.Thread(target=self._work, name="build", daemon=True).start()

    def poll(self) -> bool:
        """Take what happened since the last call; tell whether anything did."""
        over, changed = self.is_over, False  # asked first: what is unread then is all there is
        while True:
            try:
                event = self._events.get_nowait()
            except Empty:
                break
            self.view.apply(event, time.monotonic())
            changed = True
        if over and not self._said_over:
            self._said_over = changed = True
            if self.error:
                self.view.fail(time.monotonic())
        return changed

    def _work(self) -> None:
        with self._log as log:
            try:
                self._backend.build_images(lambda event: self._take(event, log))
            except (PaddockError, OSError) as error:
                self._fail(error, text_of(error), log)
            except Exception as error:  # the thread's boundary: nobody else would hear of it
                self._fail(error, traceback.format_exc(), log)
        self.seconds = time.monotonic() - self.started
        self._over.set()
        with contextlib.suppress(RuntimeError):  # the app has left meanwhile
            self._ended()

    def _fail(self, error: Exception, told: str, log: BuildLog) -> None:
        self.error = error
        with contextlib.suppress(OSError):  # a full disk is what the error may be about
            log.failed(told, getattr(error, "remedy", ""))

    def _take(self, event: BuildEvent, log: BuildLog) -> None:
        log.write(event)
        self._events.put(event)
