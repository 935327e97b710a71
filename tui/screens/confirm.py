"""The questions that the app asks: before something cannot be taken back, and before leaving a run."""

from __future__ import annotations

from tui.language import _
from tui.screens.ask import Answer, AskScreen

YES, STOP, DETACH = "dialog.yes", "dialog.stop", "dialog.detach"


def confirm_screen(question: str, no: str, yes: str) -> AskScreen:
    """Return a question that is answered with yes or no; closing it means no."""
    return AskScreen(question, [Answer("dialog.no", no), Answer(YES, yes)])


def leave_screen(*, is_sweep: bool, on_swarm: bool) -> AskScreen:
    """Return the question whether what goes on is to be stopped; closing it means to stay.

    A sweep on a Swarm is not stopped by the way: nothing of it is here, and it saves nothing.
    """
    question = _("The run is still going. What now?")
    detach = _("leave; the run goes on, and the next start attaches to it")
    stop = _("the stage saves what it can resume from, then leave")
    if is_sweep:
        question = _("The sweep is still going. What now?")
        detach = _("leave; the sweep goes on, and the next start shows it again")
        stop = _("its members save what they can resume from, then leave")
    answers = [
        Answer("dialog.close", _("Stay"), _("go on watching")),
        Answer(DETACH, _("Detach"), detach),
        Answer(STOP, _("Stop"), stop),
    ]
    return AskScreen(question, answers[:2] if on_swarm else answers)
