"""The wrong fold that is known: a scale behind an activation, which ``opt`` moves through it."""

from __future__ import annotations

from pathlib import Path

from paddle.base.proto import framework_pb2 as proto

from stages.program.graph import Graph, Operator
from stages.program.rules import AFFINE, LEGAL, SIMPLE, apply_rules
from stages.program.rules.affine import Affine, find_affines
from support.legacy import alphanumeric_model
from support.rewritten import rewritten


def simplified_by_hand(folder: Path) -> tuple[Path, Path]:
    """Write the model with every affine that is left as one ``scale``, the obvious way."""
    model = alphanumeric_model()
    return rewritten((model.pdmodel, model.pdiparams), folder, write_scales)


def write_scales(graph: Graph) -> None:
    apply_rules(graph, (*SIMPLE, AFFINE[0]))
    found = find_affines(graph)
    assert found
    for affine in found:
        graph.operators[graph.operators.index(affine.add)] = scale(affine)
        graph.operators.remove(affine.mul)
    apply_rules(graph, LEGAL)


def scale(affine: Affine) -> Operator:
    slots = {"X": [affine.source]}, {"Out": [affine.result]}
    operator = Operator("scale", *slots, proto.OpDesc(type="scale"))
    operator.set_attribute("scale", proto.FLOAT, affine.scale)
    operator.set_attribute("bias", proto.FLOAT, affine.bias)
    operator.set_attribute("bias_after_scale", proto.BOOLEAN, True)
    return operator
