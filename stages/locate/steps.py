"""A program as steps: what each operator reads and makes, alike for Paddle's programs and ``.nb`` files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from stages.emulation.program import Emulated, Written
from stages.program.graph import Graph

#: The operators that bring a program its input, and take its output.
ENDS = ("feed", "fetch")
#: What variables hold, by name.
Values = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Step:
    """One operator.

    Args:
        kind: its type.
        reads: variables, in the order of its slots.
        makes: variables, the results.
        parameters: names of its weights, as the model calls them.
    """

    kind: str
    reads: tuple[str, ...]
    makes: tuple[str, ...]
    parameters: tuple[str, ...] = ()


def steps_of(graph: Graph) -> list[Step]:
    """Return the operators of a Paddle program's main block."""
    return [
        _step(item.type, _names(item.inputs), _names(item.outputs), graph.parameters)
        for item in graph.operators
        if item.type not in ENDS
    ]


def steps_of_file(emulated: Emulated) -> tuple[list[Step], list[Written]]:
    """Return the operators of a ``.nb`` file as steps, and as the file has them, in the same order.

    The variables are those of the program that it was read back to. What only moves a value is no step.
    """
    written = [item for item in emulated.written if not item.makes.keys() <= item.reads.keys()]
    weights = emulated.parameters
    return [
        _step(item.operator.type, tuple(item.reads), tuple(item.makes), weights) for item in written
    ], written


def _names(slots: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    return tuple(name for names in slots.values() for name in names)


def _step(
    kind: str, reads: tuple[str, ...], makes: tuple[str, ...], weights: Mapping[str, object]
) -> Step:
    return Step(
        kind,
        tuple(name for name in reads if name not in weights),
        makes,
        tuple(name for name in reads if name in weights),
    )
