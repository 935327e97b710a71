"""An app that is at home in a terminal: its driver, its signals, the window's title, and the bell."""

from __future__ import annotations

import asyncio
import signal
import threading
from functools import partial
from typing import Any

from textual.app import App
from textual.driver import Driver

from tui.appearance import current
from tui.terminal.driver import ScreenDriver, end_in_time, terminal


class TerminalApp(App[None]):
    """What the text UI needs of its terminal beside what Textual does."""

    _styled_with: dict[str, str] | None = None
    #: Whether a key or a click has done something since somebody last set this to False.
    was_told = False

    async def run_action(self, *arguments: Any, **options: Any) -> bool:
        """Do what a key is bound to."""
        self.was_told = True
        return await super().run_action(*arguments, **options)

    def get_driver_class(self) -> type[Driver]:
        """Take the driver for Unix with what it lacks; another one only if Textual is told so."""
        usual = super().get_driver_class()
        return ScreenDriver if issubclass(ScreenDriver, usual) else usual

    def refresh_css(self, animate: bool = True) -> None:
        """Read all styles again when the theme has changed; Textual does so twice for each new screen too."""
        variables = self.get_css_variables()
        if variables != self._styled_with:
            self._styled_with = variables
            super().refresh_css(animate)

    def listen_to_signals(self) -> None:
        """Give the terminal back when the system ends the process or the line is cut."""
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGALRM, signal.SIG_DFL)  # it may be ignored: see end_in_time
            for number in (signal.SIGTERM, signal.SIGHUP):
                leave = partial(self._leave_at_once, number)
                asyncio.get_running_loop().add_signal_handler(number, leave)

    def _leave_at_once(self, number: int) -> None:
        end_in_time()
        self.exit(return_code=128 + number)

    def take_keys(self) -> None:
        """Let what was typed act, and what will be: the first frame is there."""
        if screen := terminal():
            screen.listen()

    def show_title(self, text: str) -> None:
        """Give the window a title, where it has one."""
        if screen := terminal():
            screen.show_title(text)

    def ring(self, text: str) -> None:
        """Call a person who looks elsewhere, unless they want silence."""
        screen = terminal()
        if screen and not current().silent:
            screen.ring(text)
