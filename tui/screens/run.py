"""The run screen."""

from __future__ import annotations

from tui.screens.base import PaddockScreen


class RunScreen(PaddockScreen):
    """The run screen."""

    TAB = "run"
