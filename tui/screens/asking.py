"""A screen that asks for a line and works on the answer while one watches."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from rich.console import RenderableType
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Input, Static

from tui.keys import bindings
from tui.language import N_
from tui.screens.working import WorkingScreen
from tui.widgets.line import Line


class _Asked(Input):
    """Its binding is what the bottom line says of enter."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "submit", N_("accept"))]


class AskingScreen(WorkingScreen):
    """Subclasses say what is asked for, and do it in a thread.

    Args:
        proposed: what stands in the line at first.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("asking")
    DEFAULT_CSS = """
    AskingScreen #question { padding: 0 1; margin-top: 1; }
    AskingScreen Input { margin: 0 1; border: none; height: 1; background: $panel; }
    AskingScreen VerticalScroll { padding: 0 1; }
    AskingScreen #answer { height: auto; }
    """

    def __init__(self, proposed: str = "") -> None:
        super().__init__()
        self._proposed = proposed

    def question(self) -> str:
        """Return what is asked."""
        raise NotImplementedError

    def work_on(self, asked: str) -> RenderableType:
        """Do what was asked for and return what is shown of it. Runs in a thread.

        Raises:
            PaddockError: why it cannot be done.
        """
        raise NotImplementedError

    def compose_body(self) -> ComposeResult:
        yield Line(id="question")
        line = _Asked(self._proposed, compact=True)
        line.cursor_blink = False  # each blink would be a repaint
        yield line
        yield Line(id="state")
        with VerticalScroll(can_focus=False):
            yield Static(id="answer")

    def on_mount(self) -> None:
        self.query_one("#question", Line).show(self.question())
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _begin(self, event: Input.Submitted) -> None:
        event.stop()
        asked = event.value.strip()
        if asked and not self.is_at_work:
            self.query_one("#answer", Static).update("")
            self.begin("", lambda: partial(self._answer, self.work_on(asked)))

    def _answer(self, answer: RenderableType) -> None:
        self.show_state("")
        self.query_one("#answer", Static).update(answer)
