"""What a legacy program holds in every variable on its way to the output, as Paddle computes it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import paddle

from stages.locate.steps import ENDS, Values
from stages.program.graph import Graph, Operator
from stages.proto import proto


def values_of(graph: Graph, image: np.ndarray) -> dict[str, np.ndarray]:
    """Return the input, and every float32 variable that an operator makes and another reads.

    Args:
        graph: of the program, with its parameters.
        image: prepared, float32 [3, H, W].
    """
    operators = [item for item in graph.operators if item.type not in ENDS]
    (source,) = (item.output("Out") for item in graph.operators if item.type == "feed")
    made = {name for item in operators for names in item.outputs.values() for name in names}
    read = {name for item in graph.operators for names in item.inputs.values() for name in names}
    wanted = [name for name in sorted(made & read) if graph.dtype(name) == proto.VarType.FP32]
    given = {source: image[np.newaxis]}
    return given | computed(graph, operators, given, wanted)


def computed(
    graph: Graph, operators: Sequence[Operator], given: Values, wanted: Sequence[str]
) -> dict[str, np.ndarray]:
    """Return the variables ``wanted`` of those that some operators make of what they are ``given``."""
    read = {name for item in operators for names in item.inputs.values() for name in names}
    with paddle.pir_utils.OldIrGuard():
        paddle.enable_static()
        try:
            text = graph.only(operators).SerializeToString(deterministic=True)
            program = paddle.static.Program.parse_from_string(text)
            scope = paddle.static.Scope()
            for name in read & graph.parameters.keys():
                scope.var(name).get_tensor().set(graph.parameters[name], paddle.CPUPlace())
            with paddle.static.scope_guard(scope):
                executor = paddle.static.Executor(paddle.CPUPlace())
                found = executor.run(program, feed=dict(given), fetch_list=list(wanted))
        finally:
            paddle.disable_static()
    return {name: np.asarray(value) for name, value in zip(wanted, found, strict=True)}
