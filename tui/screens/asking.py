"""A screen that asks for a line and works on the answer while one watches; leaving it stops the work."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from rich.console import RenderableType
from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Input, Static

from pipeline.errors import Interrupted, PaddockError
from pipeline.run.options import StopSwitch
from pipeline.text import human_seconds, one_line
from stages.contract import Exit
from tui.appearance import current, symbol
from tui.keys import bindings
from tui.language import translated
from tui.screens.plain import PlainScreen, failure_text
from tui.widgets.line import Line


class AskingScreen(PlainScreen[None]):
    """Subclasses say what is asked for, and do it in a thread.

    Args:
        proposed: what stands in the line at first.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("asking")
    DEFAULT_CSS = """
    AskingScreen #question { padding: 0 1; margin-top: 1; }
    AskingScreen Input { margin: 0 1; border: none; height: 1; background: $panel; }
    AskingScreen #state { padding: 0 1; margin: 1 0; }
    AskingScreen VerticalScroll { padding: 0 1; }
    AskingScreen #answer { height: auto; }
    """

    class Said(Message):
        """What goes on."""

        def __init__(self, sentence: str) -> None:
            super().__init__()
            self.sentence = sentence

    class Done(Message):
        """What came of it, or why not."""

        def __init__(self, outcome: RenderableType | PaddockError | OSError) -> None:
            super().__init__()
            self.outcome = outcome

    def __init__(self, proposed: str = "") -> None:
        super().__init__()
        self._proposed, self._said = proposed, ""
        self._stop = StopSwitch()
        self._since: float | None = None

    def question(self) -> str:
        """Return what is asked."""
        raise NotImplementedError

    def work_on(self, asked: str, say: Callable[[str], None], stop: StopSwitch) -> RenderableType:
        """Do what was asked for and return what is shown of it. Runs in a thread.

        Raises:
            PaddockError: why it cannot be done.
        """
        raise NotImplementedError

    def compose_body(self) -> ComposeResult:
        yield Line(id="question")
        line = Input(self._proposed, compact=True)
        line.cursor_blink = False  # each blink would be a repaint
        yield line
        yield Line(id="state")
        with VerticalScroll(can_focus=False):
            yield Static(id="answer")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#question", Line).show(self.question())
        self.query_one(Input).focus()
        self.set_interval(current().pace.clock, self._draw)

    def on_unmount(self) -> None:
        self._stop.order(Exit.INTERRUPTED)
        self._stop.order(Exit.INTERRUPTED)  # whoever leaves does not wait for a container

    @on(Input.Submitted)
    def _begin(self, event: Input.Submitted) -> None:
        event.stop()
        asked = event.value.strip()
        if asked and self._since is None:
            self._since, self._said = time.monotonic(), ""
            self.query_one("#answer", Static).update("")
            self._draw()
            self._work(asked)

    @work(thread=True, group="asking", exclusive=True)
    def _work(self, asked: str) -> None:
        try:
            self.post_message(self.Done(self.work_on(asked, self._say, self._stop)))
        except Interrupted:
            pass  # whoever left asks for nothing more
        except (PaddockError, OSError) as error:
            self.post_message(self.Done(error))

    def _say(self, sentence: str) -> None:
        self._stop.check()
        self.post_message(self.Said(sentence))

    @on(Said)
    def _hear(self, message: Said) -> None:
        self._said = message.sentence
        self._draw()

    def _draw(self) -> None:
        if self._since is not None:
            gone = human_seconds(round(time.monotonic() - self._since))
            words = f"{one_line(translated(self._said))}, " if self._said else ""
            self.query_one("#state", Line).show(Text(f"{symbol('running')} {words}{gone}", "bold"))

    @on(Done)
    def _show(self, message: Done) -> None:
        self._since = None
        state, answer = self.query_one("#state", Line), self.query_one("#answer", Static)
        if isinstance(message.outcome, PaddockError | OSError):
            state.show(failure_text(message.outcome))
            return
        state.show("")
        answer.update(message.outcome)

    # Keys.

    def action_back(self) -> None:
        """Go back; what goes on is stopped."""
        self.leave()
