"""A screen that works in a thread while one watches what goes on; leaving it stops the work."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from rich.text import Text
from textual import work

from pipeline.errors import Interrupted, PaddockError
from pipeline.run.options import StopSwitch
from pipeline.text import human_seconds, one_line
from stages.contract import Exit
from tui.appearance import current, symbol
from tui.language import translated
from tui.screens.plain import PlainScreen, failure_text
from tui.widgets.line import Line

#: Done in the thread; what it returns shows what came of it, and is called on the screen.
Job = Callable[[], Callable[[], object]]


class WorkingScreen(PlainScreen[None]):
    """Subclasses yield a ``Line(id="state")``, and begin with what is to be done."""

    DEFAULT_CSS = """
    WorkingScreen #state { padding: 0 1; margin: 1 0; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.stop = StopSwitch()
        self._said = ""
        self._since: float | None = None

    def on_mount(self) -> None:
        self.set_interval(current().pace.clock, self._draw)

    def on_unmount(self) -> None:
        self.stop.order(Exit.INTERRUPTED)
        self.stop.order(Exit.INTERRUPTED)  # whoever leaves does not wait for a container

    @property
    def is_at_work(self) -> bool:
        """Whether something goes on."""
        return self._since is not None

    def begin(self, said: str, job: Job) -> None:
        """Do something while one watches; what ``said`` says stands there until the job says more."""
        self._since, self._said = time.monotonic(), said
        self._draw()
        self._work(job)

    @work(thread=True, group="job", exclusive=True)
    def _work(self, job: Job) -> None:
        try:
            show = job()
        except Interrupted:
            return  # whoever left asks for nothing more
        except (PaddockError, OSError) as error:
            show = partial(self.show_failure, error)
        self.call_later(self._end, show)

    def say(self, sentence: str) -> None:
        """Tell from the thread what goes on.

        Raises:
            Interrupted: the screen was left.
        """
        self.stop.check()
        self.call_later(self._hear, sentence)

    def _hear(self, sentence: str) -> None:
        self._said = sentence
        self._draw()

    def _draw(self) -> None:
        if self._since is not None:
            gone = human_seconds(round(time.monotonic() - self._since))
            words = f"{one_line(translated(self._said))}, " if self._said else ""
            self.show_state(Text(f"{symbol('running')} {words}{gone}", "bold"))

    def _end(self, show: Callable[[], object]) -> None:
        self._since = None
        show()

    def show_state(self, text: Text | str) -> None:
        """Say how it stands."""
        self.query_one("#state", Line).show(text)

    def show_failure(self, error: PaddockError | OSError) -> None:
        """Say why nothing came of it."""
        self.show_state(failure_text(error))
