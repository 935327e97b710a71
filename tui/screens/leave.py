"""Leaving while a run goes on: stop it, let it go on alone, or stay."""

from __future__ import annotations

from typing import ClassVar, Literal

from rich.cells import set_cell_size
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.keys import bindings
from tui.language import N_, _

Answer = Literal["stop", "detach", "stay"]

#: Answer -> label and what it means.
_ANSWERS: dict[Answer, tuple[str, str]] = {
    "stay": (N_("Stay"), N_("go on watching")),
    "detach": (N_("Detach"), N_("leave; the run goes on, and the next start attaches to it")),
    "stop": (N_("Stop"), N_("the stage saves what it can resume from, then leave")),
}


def _row(label: str, meaning: str) -> Text:
    word = _(label)
    return Text.assemble((set_cell_size(word, 8), "bold"), _(meaning))


class LeaveScreen(ModalScreen[Answer]):
    """Asks Stop / Detach / Stay; closing it means Stay."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("dialog")
    DEFAULT_CSS = """
    LeaveScreen { align: center middle; }
    LeaveScreen Vertical {
        width: 78; max-width: 100%; height: auto; padding: 1 2;
        border: round $warning; background: $surface;
    }
    LeaveScreen OptionList { height: auto; margin-top: 1; padding: 0; }
    LeaveScreen OptionList, LeaveScreen OptionList:focus { border: none; background: $surface; }
    """

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(_("A run goes on. What becomes of it?"), markup=False)
            yield OptionList(
                *(
                    Option(_row(label, meaning), id=answer)
                    for answer, (label, meaning) in _ANSWERS.items()
                ),
                markup=False,
            )

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        answer = next(name for name in _ANSWERS if name == event.option_id)
        self.dismiss(answer)

    def action_dismiss_dialog(self) -> None:
        self.dismiss("stay")
