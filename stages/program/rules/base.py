"""What a rule is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from stages.program.graph import Graph


@dataclass(frozen=True)
class Rule:
    """A named rewrite of one pattern.

    Args:
        name: as it stands in the stage's metrics.
        operators: the operator kinds that it looks at.
        reason: why Paddle-Lite needs it, or what it gains.
        apply: rewrites the graph wherever the pattern is and returns how often that was.
    """

    name: str
    operators: tuple[str, ...]
    reason: str
    apply: Callable[[Graph], int]
