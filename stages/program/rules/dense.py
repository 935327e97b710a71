"""The rule that writes a dense layer in the one way that every target knows: as ``mul``.

Paddle 3 writes a dense layer as ``matmul_v2``. ``opt`` 2.13 makes ``fc`` of it and its bias where arm is
among the targets, and of ``mul`` everywhere (lite/core/optimizer/mir/fusion/fc_fuse_pass.cc): what is
measured on x86 had other operators than what ships. And no loader, of any target, turns quantised weights
of ``matmul_v2`` back; it knows ``conv2d``, ``depthwise_conv2d``, ``fc``, ``mul`` and ``lookup_table``, and
takes whatever lies in memory for the rest (``LightPredictor::DequantizeWeight``, lite/api/light_api.cc).
"""

from __future__ import annotations

from stages.program.graph import Graph, Operator
from stages.program.rules.base import Rule
from stages.proto import proto


def dense_as_mul(graph: Graph) -> int:
    """Write each product with a constant matrix as ``mul``."""
    found = [operator for operator in graph.operators if _is_dense(graph, operator)]
    for operator in found:
        rows = len(graph.shape(operator.input("X"))) - 1
        graph.operators[graph.operators.index(operator)] = _product(operator, rows)
    return len(found)


def _is_dense(graph: Graph, operator: Operator) -> bool:
    weights = graph.parameters.get(operator.input("Y"))
    return (
        operator.type == "matmul_v2"
        and weights is not None
        and weights.ndim == 2
        and len(graph.shape(operator.input("X"))) >= 2
        and not (operator.attribute("trans_x") or operator.attribute("trans_y"))
    )


def _product(operator: Operator, rows: int) -> Operator:
    """Return the ``mul`` of the same variables, of which the first ``rows`` dimensions of X are rows."""
    product = Operator.of(proto.OpDesc(type="mul"))
    product.inputs = {slot: operator.inputs[slot] for slot in ("X", "Y")}
    product.outputs = {"Out": operator.outputs["Out"]}
    product.set_attribute("x_num_col_dims", proto.INT, rows)
    product.set_attribute("y_num_col_dims", proto.INT, 1)
    return product


DENSE = (
    Rule(
        "dense as mul",
        ("matmul_v2",),
        "opt makes fc of it for x86 as for arm, and no loader turns quantised weights of matmul_v2 back",
        dense_as_mul,
    ),
)
