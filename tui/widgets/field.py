"""A field of a form: its name, its control, and below it what was found, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
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
    """``label`` and ``help`` are translated already; ``help`` is for whoever shows it on focus."""

    DEFAULT_CSS = """
    Field { height: auto; }
    Field Horizontal { height: 1; }
    Field .label { width: 18; padding-right: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    Field .said { display: none; padding: 0 1 0 18; color: $text-muted; }
    Field.-said .said { display: block; }
    Field.-wrong .said { color: $text-error; }
    Field:focus-within .label { text-style: bold reverse; }
    Field:disabled .label { color: $text-disabled; }
    """

    def __init__(self, label: str, control: Widget, help: str, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self.label, self.control, self.help = label, control, help
        self._title, self._said = Line(classes="label"), Line(classes="said")

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield self._title
            yield self.control
        yield self._said

    def on_mount(self) -> None:
        self._mark(" ")

    def on_descendant_focus(self) -> None:
        self._mark(cursor_mark(has_keyboard=True))

    def on_descendant_blur(self) -> None:
        self._mark(" ")

    def _mark(self, mark: str) -> None:
        self._title.show(f"{mark} {self.label}")

    def say(self, sentences: Sequence[str], *, is_wrong: bool) -> None:
        """Say what is wrong, or what was found; no sentence takes back the ones before."""
        mark = symbol("failed" if is_wrong else "note")
        self._said.show("\n".join(f"{mark} {sentence}" for sentence in sentences))
        self.set_class(bool(sentences), "-said")
        self.set_class(is_wrong, "-wrong")
