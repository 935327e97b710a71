"""The line below a log where one types what to search for."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from tui.language import N_, _
from tui.widgets.line import Line


class _Entry(Input):
    """Its binding is what the bottom line says of Enter."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "submit", N_("accept"))]


class LogPrompt(Horizontal):
    """Asks what to search for; hidden until it is asked to."""

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
        """The user typed ``text`` and pressed Enter, or changed their mind: None."""

        def __init__(self, text: str | None) -> None:
            super().__init__()
            self.text = text

    def __init__(self) -> None:
        super().__init__()
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

    def ask(self) -> None:
        """Ask, with nothing typed yet."""
        self._question.show(_("search:"))
        self._entry.value = ""
        self.add_class("-open")
        self._entry.focus()

    @on(Input.Submitted)
    def _answer(self, event: Input.Submitted) -> None:
        event.stop()
        self._close(event.value)

    def action_leave(self) -> None:
        """Close without an answer."""
        self._close(None)

    def _close(self, text: str | None) -> None:
        self.remove_class("-open")
        self.post_message(self.Answered(text))
