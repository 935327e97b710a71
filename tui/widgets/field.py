"""A field of a form: its name, its control, and below it what was found, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input

from tui.appearance import symbol
from tui.keys import bindings
from tui.widgets.line import Line
from tui.widgets.marked import cursor_mark


class Entry(Input):
    """What is typed into a field. Up and down go from field to field; Textual's would scroll."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("project", "next", "previous")
    DEFAULT_CSS = """
    Entry { width: 1fr; }
    """

    def __init__(self, value: str = "") -> None:
        super().__init__(value, compact=True)
        self.cursor_blink = False  # each blink would be a repaint


class Field(Vertical):
    """``label`` and ``help`` are translated already; ``help`` is for whoever shows it on focus.

    It draws the label itself, and what is said is mounted when there is something to say: with a widget for
    each, a form is slow to open.
    """

    DEFAULT_CSS = """
    Field { height: auto; text-wrap: nowrap; }
    Field > .control { margin-left: 18; }
    Field > .said { padding: 0 1 0 18; color: $text-muted; }
    Field.-wrong > .said { color: $text-error; }
    """

    def __init__(self, label: str, control: Widget, help: str, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self.label, self.control, self.help = label, control.add_class("control"), help
        self._said = Line(classes="said")

    def compose(self) -> ComposeResult:
        yield self.control
        if self._said.text:
            yield self._said

    def render(self) -> Text:
        here = self.has_focus_within
        mark = cursor_mark(has_keyboard=True) if here else " "
        return Text.assemble(f"{mark} ", (self.label, "bold reverse" if here else ""))

    def on_descendant_focus(self) -> None:
        self.refresh()

    def on_descendant_blur(self) -> None:
        self.refresh()

    def say(self, sentences: Sequence[str], *, is_wrong: bool) -> None:
        """Say what is wrong, or what was found; no sentence takes back the ones before."""
        mark = symbol("failed" if is_wrong else "note")
        self._said.show("\n".join(f"{mark} {sentence}" for sentence in sentences))
        self._said.display = bool(sentences)
        self.set_class(is_wrong, "-wrong")
        if sentences and self.is_mounted and not self._said.is_attached:
            self.mount(self._said)
