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
    """Shows the chosen one of what it offers: ``◂ no ▸  1/2``."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space", "turn(1)", show=False),
        Binding("left", "turn(-1)", show=False),
    ]
    DEFAULT_CSS = """
    Choice {
        height: 1; width: 1fr; background: $surface;
        text-wrap: nowrap; text-overflow: ellipsis;
    }
    Choice:focus { background: $boost; text-style: bold; }
    """

    class Changed(Message):
        """Another value was chosen."""

        def __init__(self, choice: Choice, value: str) -> None:
            super().__init__()
            self.choice, self.value = choice, value

        @property
        def control(self) -> Choice:
            """The sender."""
            return self.choice

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._options: Mapping[str, str] = {}
        self.value = ""

    def offer(self, options: Mapping[str, str], value: str) -> None:
        """Offer ``options`` (value -> words, translated already) with one of them chosen; nobody is told."""
        self._options, self.value = options, value
        place = list(options).index(value) + 1
        line = Text(f"{symbol('more-left')} {options[value]} {symbol('selected')}")
        line.append(f"  {place}/{len(options)}", "dim")
        self.show(line)

    def action_turn(self, by: int) -> None:
        """Choose the next value, or the one before."""
        values = list(self._options)
        self.offer(self._options, values[(values.index(self.value) + by) % len(values)])
        self.post_message(self.Changed(self, self.value))
