"""The questions that the app asks: before something cannot be taken back, and before leaving a run."""

from __future__ import annotations

from tui.language import _
from tui.screens.ask import Answer, AskScreen

YES, STOP, DETACH = "dialog.yes", "dialog.stop", "dialog.detach"


def confirm_screen(question: str, no: str, yes: str) -> AskScreen:
    """Return a question that is answered with yes or no; closing it means no."""
    return AskScreen(question, [Answer("dialog.no", no), Answer(YES, yes)])


def leave_screen() -> AskScreen:
    """Return the question whether a run that goes on is to be stopped; closing it means to stay."""
    return AskScreen(
        _("The run is still going. What now?"),
        [
            Answer("dialog.close", _("Stay"), _("go on watching")),
            Answer(
                DETACH, _("Detach"), _("leave; the run goes on, and the next start attaches to it")
            ),
            Answer(STOP, _("Stop"), _("the stage saves what it can resume from, then leave")),
        ],
    )
