"""The guards screen."""

from __future__ import annotations

from tui.screens.base import PaddockScreen


class GuardsScreen(PaddockScreen):
    """The guards screen."""

    TAB = "guards"
