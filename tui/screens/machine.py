"""The machine screen."""

from __future__ import annotations

from tui.screens.base import PaddockScreen


class MachineScreen(PaddockScreen):
    """The machine screen."""

    TAB = "machine"
