"""One of a few values on one line, changed with left, right or space."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message

from tui.appearance import symbol
from tui.widgets.line import Line


class Choice(Line, can_focus=True):
    """Shows the chosen one of ``options`` (value -> words, translated already)."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space", "turn(1)", show=False),
        Binding("left", "turn(-1)", show=False),
    ]
    DEFAULT_CSS = """
    Choice {
        height: 1; width: 1fr; padding: 0 1; background: $surface;
        text-wrap: nowrap; text-overflow: ellipsis;
    }
    Choice:focus { background: $boost; text-style: bold; }
    """

    class Changed(Message):
        """Another value was chosen."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

        @property
        def control(self) -> Choice:
            """The sender."""
            return self.choice

    def __init__(self, options: Mapping[str, str], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._options = dict(options)
        self._value = next(iter(self._options))

    @property
    def value(self) -> str:
        """The chosen value."""
        return self._value

    @value.setter
    def value(self, value: str) -> None:
        if value != self._value:
            self._value = value
            self._draw()
            self.post_message(self.Changed(self))

    def on_mount(self) -> None:
        self._draw()

    def action_turn(self, by: int) -> None:
        """Choose the next value, or the one before."""
        values = list(self._options)
        self.value = values[(values.index(self._value) + by) % len(values)]

    def _draw(self) -> None:
        place = list(self._options).index(self._value) + 1
        line = Text(f"{symbol('selected')} {self._options[self._value]}")
        line.append(f"  {place}/{len(self._options)}", "dim")
        self.show(line)
