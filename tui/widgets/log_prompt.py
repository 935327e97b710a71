"""The line below a log where one types what to search for, or where to save."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from pipeline.text import one_line
from tui.language import N_
from tui.widgets.line import Line

Purpose = Literal["search", "filter", "save", "replace"]


class _Entry(Input):
    """Tells the bottom line what Enter does."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "submit", N_("accept"))]


class LogPrompt(Horizontal):
    """Asks for a line of text; hidden until it is asked to."""

    DEFAULT_CSS = """
    LogPrompt { height: 1; display: none; background: $panel; }
    LogPrompt.-open { display: block; }
    LogPrompt Line { width: auto; height: 1; padding: 0 1; text-style: bold; }
    LogPrompt Input { width: 1fr; height: 1; border: none; padding: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", N_("leave")),
    ]

    class Answered(Message):
        """The user typed ``text`` and pressed Enter."""

        def __init__(self, purpose: Purpose, text: str) -> None:
            super().__init__()
            self.purpose, self.text = purpose, text

    class Left(Message):
        """The user changed their mind."""

    def __init__(self) -> None:
        super().__init__()
        self._purpose: Purpose = "search"
        self._question = Line()
        self._entry = _Entry(compact=True, select_on_focus=False)
        self._entry.cursor_blink = False  # each blink would be a repaint

    def compose(self) -> ComposeResult:
        yield self._question
        yield self._entry

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.has_class("-open")

    def ask(self, purpose: Purpose, question: str, text: str = "") -> None:
        """Ask ``question``; ``text`` is there to be edited."""
        self._purpose = purpose
        self._question.show(Text(one_line(question)))
        self._entry.value = text
        self._entry.cursor_position = len(text)
        self.add_class("-open")
        self._entry.focus()

    def close(self) -> None:
        """Hide again."""
        self.remove_class("-open")

    @on(Input.Submitted)
    def _answer(self, event: Input.Submitted) -> Any:
        event.stop()
        self.close()
        self.post_message(self.Answered(self._purpose, event.value))

    def action_leave(self) -> None:
        """Close without an answer."""
        self.close()
        self.post_message(self.Left())
