"""The rule that computes ahead of time what depends on no image.

PaddleOCR's TPS (ppocr/modeling/transforms/tps.py) builds its matrices of fixed points anew for every image:
``eye``, ``linspace``, ``inverse``, ``meshgrid`` and others, in float64, none of which Lite has. Their
values are the same each time, so they are computed here, by Paddle, and become parameters.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from stages.program.changes import Computed
from stages.program.graph import Graph, Operator
from stages.program.rules.base import Rule
from stages.proto import proto

#: Kinds that Lite lacks; where none of them is, all stays as it is.
LACKING = ("eye", "inverse", "linspace")
#: Kinds that give other values each time, write elsewhere, or only pass on what is fed.
_NEVER = (
    "feed",
    "fetch",
    "uniform_random",
    "gaussian_random",
    "randint",
    "while",
    "conditional_block",
)


def compute_constants(graph: Graph) -> int:
    """Replace what is computed from nothing but constants by its value; return how many operators went."""
    constant = _constant_operators(graph)
    wanted = list(_results(graph, constant))
    if not wanted or not any(operator.type in LACKING for operator in constant):
        return 0
    for name, value in zip(wanted, _run(graph, constant, wanted), strict=True):
        graph.rename_input(name, graph.add_parameter(f"{name}.computed", value))
        graph.record(f"{name}.computed", Computed(value))
    return _drop_unread(graph, constant)


def _constant_operators(graph: Graph) -> list[Operator]:
    """Return the operators of the main block that no image reaches, in their order."""
    known: set[str] = set()
    found = []
    for operator in graph.operators:
        names = [name for slot in operator.inputs.values() for name in slot]
        outputs = [name for slot in operator.outputs.values() for name in slot]
        once = all(len(graph.producers(name)) == 1 for name in outputs)
        if operator.type not in _NEVER and once and all(name in known for name in names):
            known.update(outputs)
            found.append(operator)
    return found


def _results(graph: Graph, constant: list[Operator]) -> Iterator[str]:
    """Give the float32 tensors that others than the constant operators read."""
    inside = set(map(id, constant))
    for operator in constant:
        for name in (name for slot in operator.outputs.values() for name in slot):
            read = any(id(reader) not in inside for reader in graph.consumers(name))
            if read and graph.dtype(name) == proto.VarType.FP32:
                yield name


def _run(graph: Graph, operators: list[Operator], wanted: list[str]) -> list[np.ndarray]:
    """Return the values of ``wanted`` as Paddle computes them; a scalar as [1], for Lite has none."""
    import paddle  # noqa: PLC0415 - it takes two seconds, which other networks need not wait for

    with paddle.pir_utils.OldIrGuard():
        paddle.enable_static()
        try:
            program = paddle.static.Program.parse_from_string(
                graph.only(operators).SerializeToString(deterministic=True)
            )
            with paddle.static.scope_guard(paddle.static.Scope()):
                executor = paddle.static.Executor(paddle.CPUPlace())
                found = executor.run(program, fetch_list=wanted)
        finally:
            paddle.disable_static()
    return [np.atleast_1d(np.asarray(value, np.float32)) for value in found]


def _drop_unread(graph: Graph, operators: list[Operator]) -> int:
    """Take out the operators whose results nobody reads any more; return how many."""
    count = 0
    for operator in reversed(operators):
        outputs = [name for slot in operator.outputs.values() for name in slot]
        if not any(graph.consumers(name) for name in outputs):
            graph.operators.remove(operator)
            count += 1
    return count


CONSTANTS = (
    Rule(
        "constants computed",
        LACKING,
        "TPS computes its fixed points for every image, in float64 and with operators that Lite lacks",
        compute_constants,
    ),
)
