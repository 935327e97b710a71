"""A question with some answers, each with a letter of its own; enter takes the marked one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, cast

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from pipeline.text import one_line
from tui.keys import bindings
from tui.screens.inside import Paddock
from tui.widgets.columns import padded, widest
from tui.widgets.marked import MarkedList


@dataclass(frozen=True)
class Answer:
    """What the key ``key`` (an ID of ``tui.keys``) answers, and what it means."""

    key: str
    label: str
    meaning: str = ""


class AskScreen(ModalScreen[str | None]):
    """Dismissed with the key ID of the answer, or None if it was closed. The harmless one comes first."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("dialog", "close")
    DEFAULT_CSS = """
    AskScreen { align: center middle; }
    AskScreen Vertical {
        width: 78; max-width: 100%; height: auto; max-height: 100%; padding: 0 1;
        border: round $warning; background: $surface;
    }
    AskScreen Static { height: auto; padding: 0 1; }
    AskScreen OptionList, AskScreen OptionList:focus {
        height: auto; border: none; margin-top: 1; padding: 0; background: $surface;
        text-wrap: nowrap; text-overflow: ellipsis;
    }
    """

    def __init__(self, question: str, answers: Sequence[Answer]) -> None:
        super().__init__()
        self._question, self._answers = question, answers

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(self._question, markup=False)
            yield MarkedList(*self._options(), markup=False)

    @property
    def _paddock(self) -> Paddock:
        return cast("Paddock", self.app)

    def _options(self) -> list[Option]:
        keys = [self._paddock.key_shown(answer.key) for answer in self._answers]
        key_width, label_width = widest(keys), widest(answer.label for answer in self._answers)
        return [
            Option(
                Text.assemble(
                    padded(Text(key, "bold"), key_width),
                    "  ",
                    padded(Text(one_line(answer.label)), label_width),
                    "  ",
                    (one_line(answer.meaning), "dim"),
                ),
                id=answer.key,
            )
            for key, answer in zip(keys, self._answers, strict=True)
        ]

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

    def on_key(self, event: events.Key) -> None:
        """Take a letter for its answer; enter and esc keep their own meaning."""
        if event.key in ("enter", "escape"):
            return
        for answer in self._answers:
            if event.key in self._paddock.keys_of(answer.key):
                event.stop()
                event.prevent_default()
                self.dismiss(answer.key)
