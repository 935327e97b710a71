"""The dictionary screen."""

from __future__ import annotations

from tui.screens.base import PaddockScreen


class DictionaryScreen(PaddockScreen):
    """The dictionary screen."""

    TAB = "dictionary"
