"""Batch norms folded into the convolutions before them, with exact square roots.

Paddle Inference folds them too, when it loads a model, but with square roots that are the processor's
maker's (:mod:`stages.kernels.operators`): the same backbone would have other features elsewhere.
"""

from __future__ import annotations

import numpy as np

from stages.program.graph import Graph, Operator
from stages.program.rules.affine import CONVOLUTIONS
from stages.proto import proto

_STATISTICS = ("Scale", "Bias", "Mean", "Variance")


def fold_norms(graph: Graph) -> int:
    """Fold every batch norm that is alone behind a convolution without bias; return how many."""
    count = 0
    for norm in list(graph.operators):
        convolution = _before(graph, norm)
        if convolution is None:
            continue
        scale, bias, mean, variance = (
            graph.parameters[norm.input(slot)].astype(np.float64) for slot in _STATISTICS
        )
        factor = scale / np.sqrt(variance + norm.attribute("epsilon"))
        name, shift = convolution.input("Filter"), norm.input("Bias")
        filters = graph.parameters[name].astype(np.float64) * factor[:, None, None, None]
        graph.parameters[name] = filters.astype(np.float32)
        graph.parameters[shift] = (bias - mean * factor).astype(np.float32)
        _become_addition(norm, shift)
        count += 1
    return count


def _before(graph: Graph, norm: Operator) -> Operator | None:
    """Return the convolution whose only reader is the batch norm, if both have tensors of their own."""
    if norm.type != "batch_norm" or graph.only_consumer(norm.input("X")) is not norm:
        return None
    (found,) = graph.producers(norm.input("X")) or (None,)
    if found is None or found.type not in CONVOLUTIONS or found.input("Bias"):
        return None
    owned = graph.owned(found.input("Filter")) and graph.owned(norm.input("Bias"))
    return found if owned else None


def _become_addition(norm: Operator, shift: str) -> None:
    """Turn the operator into the addition of its shift, along the channels."""
    norm.type = norm.description.type = "elementwise_add"
    norm.inputs = {"X": norm.inputs["X"], "Y": [shift]}
    norm.outputs = {"Out": norm.outputs["Y"]}
    del norm.description.attrs[:]
    norm.set_attribute("axis", proto.INT, 1)
