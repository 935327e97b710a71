"""What a screen of the app can reach: the app itself, and the backend behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.screen import Screen, ScreenResultType

from tui.backend import Backend

if TYPE_CHECKING:
    from tui.app import PaddockApp


class InsideScreen(Screen[ScreenResultType]):
    """A screen that knows in which app it is."""

    @property
    def paddock(self) -> PaddockApp:
        """The app."""
        return cast("PaddockApp", self.app)

    @property
    def backend(self) -> Backend:
        """Where questions about project, run and machine go."""
        return self.paddock.backend
