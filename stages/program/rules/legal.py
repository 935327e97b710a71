"""Rules without which ``opt`` 2.13 or its runtime aborts on a program that Paddle 3 wrote."""

from __future__ import annotations

from stages.program.graph import Graph, Operator
from stages.program.rules.base import Rule
from stages.proto import proto

#: Operators that Lite's shape inference expects to write an ``XShape`` (Paddle 3 stopped doing so).
WRITE_XSHAPE = (
    "flatten_contiguous_range",
    "reshape2",
    "squeeze2",
    "transpose2",
    "unsqueeze2",
)


def add_swish_beta(graph: Graph) -> int:
    """Write down the default of ``swish``'s attribute ``beta``."""
    return _add_default(graph, "swish", "beta", 1.0)


def add_relu6_threshold(graph: Graph) -> int:
    """Write down the default of ``relu6``'s attribute ``threshold``."""
    return _add_default(graph, "relu6", "threshold", 6.0)


def _add_default(graph: Graph, kind: str, name: str, value: float) -> int:
    found = [
        operator
        for operator in graph.every_operator()
        if operator.type == kind and operator.attribute(name) is None
    ]
    for operator in found:
        operator.set_attribute(name, proto.FLOAT, value)
    return len(found)


def add_xshape(graph: Graph) -> int:
    """Give every operator that can have one an ``XShape`` output, which nobody reads."""
    count = 0
    for number, block in enumerate(graph.blocks):
        for operator in block:
            if operator.type in WRITE_XSHAPE and not operator.output("XShape"):
                result = operator.output("Out")
                name = graph.add_variable(f"{result}.xshape", like=result, block=number)
                operator.outputs["XShape"] = [name]
                count += 1
    return count


def shape_scalars(graph: Graph) -> int:
    """Give scalars that ``fill_constant`` makes the shape [1]."""
    found = [operator for operator in graph.every_operator() if _makes_scalar(operator)]
    for operator in found:
        operator.set_attribute("shape", proto.LONGS, [1])
    return len(found)


def _makes_scalar(operator: Operator) -> bool:
    given = operator.input("ShapeTensor") or operator.input("ShapeTensorList")
    return operator.type == "fill_constant" and operator.attribute("shape") == [] and not given


LEGAL = (
    Rule(
        "swish beta",
        ("swish",),
        'opt aborts, "No attributes called beta found for swish": Paddle 3 leaves the default out',
        add_swish_beta,
    ),
    Rule(
        "relu6 threshold",
        ("relu6",),
        'opt aborts, "No attributes called threshold found for relu6": Paddle 3 leaves the default out',
        add_relu6_threshold,
    ),
    Rule(
        "XShape output",
        WRITE_XSHAPE,
        "opt dies in FlattenContiguousRangeOp::InferType: Paddle 3 dropped an output it expects",
        add_xshape,
    ),
    Rule(
        "scalar shape",
        ("fill_constant",),
        "Lite's runtime aborts in FillConstantOp::InferShapeImpl on the empty shape of a scalar",
        shape_scalars,
    ),
)
