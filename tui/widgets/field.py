"""A field of a form: its name, its control, and below it what is wrong with it."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from tui.appearance import symbol
from tui.widgets.line import Line


class Field(Vertical):
    """``label`` and ``help`` are translated already; ``help`` is for whoever shows it on focus."""

    DEFAULT_CSS = """
    Field { height: auto; }
    Field Horizontal { height: 1; }
    Field .label { width: 18; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    Field .wrong { display: none; padding: 0 1 0 19; color: $text-error; }
    Field.-wrong .wrong { display: block; }
    Field:focus-within .label { text-style: bold reverse; }
    Field:disabled .label { color: $text-disabled; }
    """

    def __init__(self, label: str, control: Widget, help: str, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self.label, self.control, self.help = label, control, help
        self._wrong = Line(classes="wrong")

    def compose(self) -> ComposeResult:
        with Horizontal():
            name = Line(classes="label")
            name.show(self.label)
            yield name
            yield self.control
        yield self._wrong

    def complain(self, message: str) -> None:
        """Say what is wrong; an empty message takes it back."""
        text = Text(f"{symbol('failed')} {message}" if message else "")
        self._wrong.show(text)
        self.set_class(bool(message), "-wrong")
