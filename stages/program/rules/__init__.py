"""Every rewrite of a program, in the order in which they are applied."""

from __future__ import annotations

from stages.program.graph import Graph
from stages.program.rules.affine import AFFINE
from stages.program.rules.apart import APART
from stages.program.rules.base import Rule
from stages.program.rules.constants import CONSTANTS
from stages.program.rules.dense import DENSE
from stages.program.rules.legal import LEGAL
from stages.program.rules.simple import SIMPLE

#: What depends on no image first: nothing else need look at it. Simplifying next: what it removes need
#: not be made legal. A bias must stand along axis 1 before an affine can be folded into its convolution;
#: folding comes before spreading what is left. Which convolutions meet is known when all that opt would
#: fold is where it stays.
RULES: tuple[Rule, ...] = (*CONSTANTS, *SIMPLE, *AFFINE, *DENSE, *APART, *LEGAL)

__all__ = [
    "AFFINE",
    "APART",
    "CONSTANTS",
    "DENSE",
    "LEGAL",
    "RULES",
    "SIMPLE",
    "Rule",
    "apply_rules",
]


def apply_rules(graph: Graph, rules: tuple[Rule, ...] = RULES) -> dict[str, int]:
    """Apply ``rules`` in order; return how often each was, without those that never were."""
    counts: dict[str, int] = {}
    for rule in rules:
        graph.rule = rule.name
        counts[rule.name] = rule.apply(graph)
    return {name: count for name, count in counts.items() if count}
