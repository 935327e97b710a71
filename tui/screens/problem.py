"""A project file with an error: file, line, what was found, what is allowed."""

from __future__ import annotations

from textual.screen import Screen

from pipeline.errors import PaddockError


class ProblemScreen(Screen[None]):
    """Shows why the project cannot be read; dismissed when it was mended."""

    def __init__(self, error: PaddockError) -> None:
        super().__init__()
        self.error = error
