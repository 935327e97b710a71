"""The end of what goes on, as a person orders it: of a process here, or of a sweep on a Swarm."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from textual import work
from textual.app import App

from pipeline.errors import PaddockError
from tui.language import _
from tui.screens.confirm import YES, confirm_screen, leave_screen

if TYPE_CHECKING:
    from pipeline.record.runlock import Running
    from tui.backend import Backend
    from tui.screens.ask import AskScreen
    from tui.views.watch import Watch


def is_this_process(who: Running) -> bool:
    """Return whether the screen's own process holds the lock: it cleans, or reads an image."""
    return who.here and who.pid == os.getpid()


class EndingApp(App[None]):
    """Stops the run or the sweep of a project; one on a Swarm after a question, as it saves nothing."""

    backend: Backend
    _watch: Watch
    _orders = 0
    is_ending = False
    """Whether nodes are being asked to end a sweep."""

    def tell(self, error: Exception) -> None:
        """Show an error and its remedy."""
        raise NotImplementedError

    def _only_hears(self) -> bool:
        """Whether what goes on here is no run or sweep, but hears of one on a Swarm."""
        who = self._watch.alive
        return who is not None and not who.run and self.backend.sweeps.are_heard_by(who)

    def leave_question(self) -> AskScreen:
        """Return what is asked before a screen is left on which something goes on."""
        if self.is_ending:
            question = _("The sweep on the Swarm is being ended; leaving waits for that.")
            return confirm_screen(question, _("Stay"), _("Leave"))
        return leave_screen(is_sweep=self._watch.is_sweep, on_swarm=self._only_hears())

    def stop(self) -> None:
        """Order what goes on to stop; a second time at once."""
        if self.is_ending or self._only_hears():
            self.end_on_swarm()
            return
        running = self._watch.alive
        if running is None or is_this_process(running):
            starting = _("The run is just starting; try again in a moment.")
            is_starting = running is None and self._watch.is_running
            self.notify(starting if is_starting else _("Nothing is running."))
            return
        try:
            self.backend.stop(running, at_once=self._orders > 0)
        except PaddockError as error:
            self.tell(error)
            return
        self._orders += 1
        self.notify(
            _("Stopping: the stage saves what it can resume from (again: at once).")
            if self._orders == 1
            else _("Stopping at once.")
        )

    def end_on_swarm(self) -> None:
        """Ask whether the sweep on the Swarm shall end, and end it."""
        if self.is_ending:
            self.notify(_("Ending the sweep on the Swarm."))
            return
        question = _("End the sweep on the Swarm? What runs saves nothing, what is done stays.")
        self.push_screen(confirm_screen(question, _("Keep it"), _("End it")), self._end_if)

    def _end_if(self, answer: str | None) -> None:
        if answer == YES:
            self.is_ending = True
            self.notify(_("Ending the sweep on the Swarm."))
            self._end()

    @work(thread=True, group="ending")
    def _end(self) -> None:
        try:
            self.backend.sweeps.end_on_swarm()
        except (PaddockError, OSError) as error:
            self.call_later(self._say_ended, error)
        else:
            self.call_later(self._say_ended)

    def _say_ended(self, error: Exception | None = None) -> None:
        self.is_ending = False
        if error is not None:
            self.tell(error)
        else:
            self.notify(_("The sweep on the Swarm is ended."))
