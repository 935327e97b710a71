"""A program with all that it holds on its way to the output, of which any part can be run by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stages.locate.steps import Step, Values, steps_of
from stages.locate.values import computed, values_of
from stages.program.graph import Graph
from stages.program.params import read_program, read_tensors


@dataclass(frozen=True)
class Model:
    """A legacy program with its parameters, and what it holds on the way for an image."""

    graph: Graph
    steps: list[Step]
    values: Values

    @classmethod
    def of(cls, files: tuple[Path, Path], image: np.ndarray) -> Model:
        """Read a model and run it."""
        program = read_program(files[0])
        graph = Graph(program, read_tensors(program, files[1]))
        return cls(graph, steps_of(graph), values_of(graph, image))

    @property
    def result(self) -> str:
        """The variable that is the model's output."""
        return next(item.input("X") for item in self.graph.operators if item.type == "fetch")

    def alone(self, number: int, name: str, given: Values) -> np.ndarray:
        """Return what one step makes of other values."""
        ends = {one for step in self.steps for one in (*step.reads, *step.makes)} - {name}
        others = {one: self.values[one] for one in ends if one in self.values}
        return _between(self.graph, [name], {**others, **given})[name]


def _between(graph: Graph, makes: Sequence[str], given: Values) -> dict[str, np.ndarray]:
    """Return what the operators between ``given`` and ``makes`` compute.

    Args:
        graph: of the program, with its parameters.
        makes: variables to compute.
        given: values of all float32 variables that they may be made of, and are not among ``makes``.
    """
    wanted = set[int]()
    waiting = list(makes)
    while waiting:
        name = waiting.pop()
        if name in graph.parameters or (name in given and name not in makes):
            continue
        for operator in graph.producers(name):
            if id(operator) not in wanted:
                wanted.add(id(operator))
                waiting += [read for names in operator.inputs.values() for read in names]
    operators = [item for item in graph.operators if id(item) in wanted]
    read = {name for item in operators for names in item.inputs.values() for name in names}
    return computed(graph, operators, {name: given[name] for name in read if name in given}, makes)
