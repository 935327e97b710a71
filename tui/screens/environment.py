"""The environment screen."""

from __future__ import annotations

from tui.screens.base import PaddockScreen


class EnvironmentScreen(PaddockScreen):
    """The environment screen."""

    TAB = "environment"
