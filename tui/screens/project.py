"""First contact: a short form that writes ``paddock.toml``, or the bundled example."""

from __future__ import annotations

from textual.screen import Screen


class NewProjectScreen(Screen[None]):
    """Dismissed when the folder has a project."""
