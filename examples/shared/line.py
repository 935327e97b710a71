"""A line of text that is to be drawn. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One line to draw; ``path`` is relative to the data folder."""

    path: str
    text: str
    font: str
    seed: str
