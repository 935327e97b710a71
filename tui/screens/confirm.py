"""A question before something is done that cannot be taken back."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.keys import bindings


class ConfirmScreen(ModalScreen[bool]):
    """Asks ``question``; closing it means no. The harmless answer comes first."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("dialog")
    DEFAULT_CSS = """
    ConfirmScreen { align: center middle; }
    ConfirmScreen Vertical {
        width: 72; max-width: 100%; height: auto; max-height: 100%; padding: 0 2;
        border: round $warning; background: $surface;
    }
    ConfirmScreen Static { height: auto; }
    ConfirmScreen OptionList, ConfirmScreen OptionList:focus { height: auto; border: none; margin-top: 1; }
    """

    def __init__(self, question: str, no: str, yes: str) -> None:
        super().__init__()
        self._question, self._no, self._yes = question, no, yes

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(self._question, markup=False)
            yield OptionList(Option(self._no, id="no"), Option(self._yes, id="yes"), markup=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id == "yes")

    def action_dismiss_dialog(self) -> None:
        self.dismiss(False)
