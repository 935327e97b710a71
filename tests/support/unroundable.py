"""A recognition model that reads well and that 8 bits cannot hold."""

from __future__ import annotations

import numpy as np

from stages.program.graph import Graph, Operator

#: How much larger than all others the weights are that cancel each other out.
_LARGE = 1e3


def make_unroundable(graph: Graph) -> str:
    """Give the classifier twin inputs with enormous weights of opposite signs; return its weights' name.

    The twin takes the place of the input that matters least. In float32 the two add up to nothing; but a
    class' scale becomes theirs, and next to it all other weights are zero.
    """
    head = [item for item in graph.operators if item.type in ("matmul_v2", "mul")][-1]
    name = head.input("Y")
    weights = graph.parameters[name].copy()
    least = int(np.square(weights).sum(1).argmin())
    other = (least + 1) % len(weights)
    _repeat(graph, head.input("X"), other, least)
    large = _LARGE * np.abs(weights).max()
    weights[other] += large
    weights[least] = -large
    graph.parameters[name] = weights
    return name


def _repeat(graph: Graph, variable: str, channel: int, place: int) -> None:
    """Let what a convolution makes of one channel stand in the place of another as well."""
    operator = _maker(graph, variable)
    while operator.type != "conv2d":
        for names in operator.inputs.values():
            for name in names:
                if name in graph.parameters and graph.parameters[name].ndim == 1:
                    graph.parameters[name][place] = graph.parameters[name][channel]
        operator = _maker(graph, operator.input("X"))
    filters = graph.parameters[operator.input("Filter")]
    filters[place] = filters[channel]


def _maker(graph: Graph, variable: str) -> Operator:
    (operator,) = graph.producers(variable)
    return operator
