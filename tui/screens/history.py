"""The history screen."""

from __future__ import annotations

from tui.screens.base import PaddockScreen


class HistoryScreen(PaddockScreen):
    """The history screen."""

    TAB = "history"
