"""The parity screen."""

from __future__ import annotations

from tui.screens.base import PaddockScreen


class ParityScreen(PaddockScreen):
    """The parity screen."""

    TAB = "parity"
