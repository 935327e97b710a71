"""Rules that take out what does nothing in inference, or says something simple in a slow way."""

from __future__ import annotations

from stages.program.graph import Graph, Operator
from stages.program.rules.base import Rule
from stages.proto import proto


def drop_dropout(graph: Graph) -> int:
    """Take out every dropout that passes its input through in inference."""
    found = [operator for operator in graph.operators if _passes_through(operator)]
    for operator in found:
        graph.bypass(operator, operator.input("X"), operator.output("Out"))
    return len(found)


def _passes_through(operator: Operator) -> bool:
    """Return whether this is a dropout in test mode; ``downgrade_in_infer`` would scale its input."""
    return (
        operator.type == "dropout"
        and bool(operator.attribute("is_test"))
        and operator.attribute("dropout_implementation")
        in (b"upscale_in_train", "upscale_in_train")
    )


def drop_assign(graph: Graph) -> int:
    """Take out every copy of a variable of which neither side is ever written again."""
    found = [operator for operator in graph.operators if _copies(graph, operator)]
    for operator in found:
        graph.bypass(operator, operator.input("X"), operator.output("Out"))
    return len(found)


def _copies(graph: Graph, operator: Operator) -> bool:
    if operator.type != "assign":
        return False
    source, result = operator.input("X"), operator.output("Out")
    once = len(graph.producers(source)) <= 1 and graph.producers(result) == [operator]
    return once and source not in graph.parameters


def flatten_bias(graph: Graph) -> int:
    """Make ``x + reshape(bias, [1, C, 1, 1])`` an addition along axis 1."""
    found = [operator for operator in graph.operators if _spreads_bias(graph, operator)]
    for operator in found:
        spread = operator.output("Out")
        for addition in graph.consumers(spread):
            addition.inputs["Y"] = [operator.input("X")]
            addition.set_attribute("axis", proto.INT, 1)
        graph.operators.remove(operator)
    return len(found)


def _spreads_bias(graph: Graph, operator: Operator) -> bool:
    bias = graph.parameters.get(operator.input("X"))
    if operator.type != "reshape2" or bias is None or bias.ndim != 1:
        return False
    given = operator.input("Shape") or operator.input("ShapeTensor")
    if given or operator.attribute("shape") != [1, bias.size, 1, 1]:
        return False
    spread = operator.output("Out")
    return all(_adds_to_map(graph, user, spread) for user in graph.consumers(spread))


def _adds_to_map(graph: Graph, operator: Operator, bias: str) -> bool:
    """Return whether ``operator`` adds ``bias`` to a feature map [N, C, H, W]."""
    return (
        operator.type == "elementwise_add"
        and operator.inputs["Y"] == [bias]
        and operator.inputs["X"] != [bias]
        and len(graph.shape(operator.input("X"))) == 4
    )


SIMPLE = (
    Rule("drop dropout", ("dropout",), "does nothing in inference", drop_dropout),
    Rule("drop assign", ("assign",), "copies a tensor for nothing", drop_assign),
    Rule(
        "bias along axis 1",
        ("reshape2", "elementwise_add"),
        "Lite fuses a bias into its convolution only in this form; Paddle 3 reshapes it first",
        flatten_bias,
    ),
)
