"""The weights that ``opt --quant_model`` rounds, by the operators that read them.

``post_quant_dynamic_pass.cc`` takes every constant input of these kinds of operators, biases too: a bias'
channel is one number, which becomes the grid's end and keeps its value. Of convolutions it knows ``conv2d``
alone: ``depthwise_conv2d`` and ``conv2d_transpose`` stay float32.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from stages.program.graph import Graph, Operator

#: By kind of operator: the slot of its weights, their axis of output channels, and the slot of its input.
_KINDS = {
    "conv2d": ("Filter", 0, "Input"),
    "mul": ("Y", 1, "X"),
    "lookup_table": ("W", 1, ""),
}
#: ``opt`` rounds the constants of these too, and no loader turns them back.
_LOST = ("matmul", "matmul_v2")
_DIMENSIONS = (2, 4)


@dataclass(frozen=True)
class Layer:
    """Weights, and the operators that read them.

    Args:
        name: of the tensor.
        operators: all those of the first one's kind.
        axis: of the output channels.
    """

    name: str
    operators: tuple[Operator, ...]
    axis: int

    @property
    def kind(self) -> str:
        """The operators' type."""
        return self.operators[0].type

    @property
    def sources(self) -> tuple[str, ...]:
        """The variables that the operators apply the weights to; none for a table."""
        slot = _KINDS[self.kind][2]
        return tuple(operator.input(slot) for operator in self.operators) if slot else ()

    @property
    def groups(self) -> int:
        """How many parts of the channels have inputs of their own."""
        given = self.operators[0].attribute("groups") if self.kind == "conv2d" else 1
        return int(given or 1)

    def matrix(self, weights: np.ndarray) -> np.ndarray:
        """Return the weights as [channels, inputs]."""
        return np.moveaxis(weights, self.axis, 0).reshape(weights.shape[self.axis], -1)

    def tensor(self, matrix: np.ndarray, shape: Iterable[int]) -> np.ndarray:
        """Return [channels, inputs] in the shape of the tensor."""
        moved = list(shape)
        channels = moved.pop(self.axis)
        return np.ascontiguousarray(np.moveaxis(matrix.reshape(channels, *moved), 0, self.axis))


def layers(graph: Graph) -> dict[str, Layer]:
    """Return every layer whose weights ``opt`` will round, by the name of the weights."""
    readers: dict[str, list[Operator]] = {}
    for operator in graph.every_operator():
        if operator.type in _KINDS:
            name = operator.input(_KINDS[operator.type][0])
            weights = graph.parameters.get(name)
            if weights is not None and weights.dtype == np.float32 and weights.ndim in _DIMENSIONS:
                readers.setdefault(name, []).append(operator)
    return {
        name: Layer(
            name,
            tuple(operator for operator in found if operator.type == found[0].type),
            _KINDS[found[0].type][1],
        )
        for name, found in readers.items()
    }


def lost(graph: Graph) -> list[str]:
    """Return the names of weights that ``opt`` would round and that no loader turns back."""
    read = (
        name
        for operator in graph.every_operator()
        if operator.type in _LOST
        for names in operator.inputs.values()
        for name in names
    )
    return sorted({name for name in read if name in graph.parameters})
