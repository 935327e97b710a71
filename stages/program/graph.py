"""A legacy program as a graph that rules can rewrite: operators, variables, parameters.

Programs that PaddleOCR exports are in static single assignment but for what control flow writes, so
a variable has one producer; rules that need it ask :meth:`Graph.producers`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from stages.program.changes import Change, Step
from stages.proto import proto

#: Where an attribute's value stands in its message, by type.
_FIELDS = {
    proto.INT: "i",
    proto.FLOAT: "f",
    proto.STRING: "s",
    proto.INTS: "ints",
    proto.FLOATS: "floats",
    proto.STRINGS: "strings",
    proto.BOOLEAN: "b",
    proto.BOOLEANS: "bools",
    proto.LONG: "l",
    proto.LONGS: "longs",
    proto.FLOAT64: "float64",
    proto.FLOAT64S: "float64s",
}


@dataclass(eq=False)
class Operator:
    """One operator: variable names by slot, attributes by name."""

    type: str
    inputs: dict[str, list[str]]
    outputs: dict[str, list[str]]
    description: proto.OpDesc

    @classmethod
    def of(cls, description: proto.OpDesc) -> Operator:
        """Wrap an operator's message."""
        inputs = {slot.parameter: list(slot.arguments) for slot in description.inputs}
        outputs = {slot.parameter: list(slot.arguments) for slot in description.outputs}
        return cls(description.type, inputs, outputs, description)

    def input(self, slot: str) -> str:
        """Return the first variable of an input slot, or "" if it has none."""
        return next(iter(self.inputs.get(slot, ())), "")

    def output(self, slot: str) -> str:
        """Return the first variable of an output slot, or "" if it has none."""
        return next(iter(self.outputs.get(slot, ())), "")

    def reads(self, name: str) -> bool:
        """Return whether the operator has ``name`` among its inputs."""
        return name in chain.from_iterable(self.inputs.values())

    def writes(self, name: str) -> bool:
        """Return whether the operator has ``name`` among its outputs."""
        return name in chain.from_iterable(self.outputs.values())

    def attribute(self, name: str) -> Any:
        """Return an attribute's value (lists as lists, strings as bytes), or None without one."""
        for attribute in self.description.attrs:
            if attribute.name == name and attribute.type in _FIELDS:
                value = getattr(attribute, _FIELDS[attribute.type])
                return value if isinstance(value, (int, float, str, bytes)) else list(value)
        return None

    def set_attribute(self, name: str, kind: int, value: Any) -> None:
        """Replace an attribute; ``kind`` is an ``AttrType``."""
        kept = [item for item in self.description.attrs if item.name != name]
        attribute = proto.OpDesc.Attr(name=name, type=kind)
        field = _FIELDS[kind]
        if isinstance(value, list):
            getattr(attribute, field).extend(value)
        else:
            setattr(attribute, field, value)
        del self.description.attrs[:]
        self.description.attrs.extend([*kept, attribute])

    def message(self) -> proto.OpDesc:
        """Return the operator as a message, with the slots as they are now."""
        result = proto.OpDesc()
        result.CopyFrom(self.description)
        del result.inputs[:], result.outputs[:]
        result.inputs.extend(_slots(self.inputs))
        result.outputs.extend(_slots(self.outputs))
        return result


def _slots(names: dict[str, list[str]]) -> list[proto.OpDesc.Var]:
    return [proto.OpDesc.Var(parameter=slot, arguments=names[slot]) for slot in names]


class Graph:
    """A program and its parameters, to be rewritten in place and read out with :meth:`program`."""

    def __init__(self, program: proto.ProgramDesc, parameters: dict[str, np.ndarray]) -> None:
        self._program = program
        self.parameters = dict(parameters)
        self.changes: list[Change] = []
        self.rule = ""
        self.blocks = [[Operator.of(item) for item in block.ops] for block in program.blocks]
        self._variables = {item.name: item for item in program.blocks[0].vars}

    @property
    def operators(self) -> list[Operator]:
        """The operators of the main block, in order of execution."""
        return self.blocks[0]

    def every_operator(self) -> Iterator[Operator]:
        """Give the operators of all blocks."""
        for block in self.blocks:
            yield from block

    def consumers(self, name: str) -> list[Operator]:
        """Return the operators, of any block, that read ``name``."""
        return [operator for operator in self.every_operator() if operator.reads(name)]

    def only_consumer(self, name: str) -> Operator | None:
        """Return the operator that reads ``name`` if it is the only one and in the main block."""
        found = self.consumers(name)
        return found[0] if len(found) == 1 and found[0] in self.operators else None

    def producers(self, name: str) -> list[Operator]:
        """Return the operators, of any block, that write ``name``."""
        return [operator for operator in self.every_operator() if operator.writes(name)]

    def owned(self, name: str) -> bool:
        """Return whether ``name`` is a parameter that only one operator uses: it may be changed."""
        return name in self.parameters and len(self.consumers(name)) == 1

    def record(self, parameter: str, *steps: Step) -> None:
        """Note what the current rule did to a parameter, in the order in which it did it."""
        self.changes.extend(Change(self.rule, parameter, step) for step in steps)

    def shape(self, name: str) -> tuple[int, ...]:
        """Return a variable's declared shape, -1 where it is only known at run time."""
        variable = self._variables.get(name)
        return tuple(variable.type.dense_tensor.tensor.dims) if variable else ()

    def dtype(self, name: str) -> int:
        """Return the ``VarType.Type`` of a variable's numbers; -1 of one that is not declared."""
        variable = self._variables.get(name)
        return variable.type.dense_tensor.tensor.data_type if variable else -1

    def only(self, operators: Sequence[Operator]) -> proto.ProgramDesc:
        """Return a program of these operators of the main block alone."""
        result = proto.ProgramDesc()
        result.CopyFrom(self._program)
        del result.blocks[1:], result.blocks[0].ops[:]
        result.blocks[0].ops.extend(operator.message() for operator in operators)
        return result

    def rename_input(self, old: str, new: str) -> None:
        """Make every operator that reads ``old`` read ``new``."""
        for operator in self.every_operator():
            for slot, names in operator.inputs.items():
                operator.inputs[slot] = [new if name == old else name for name in names]

    def bypass(self, operator: Operator, source: str, result: str) -> None:
        """Take ``operator`` out: whoever read its ``result`` now reads ``source``."""
        self.rename_input(result, source)
        self.operators.remove(operator)

    def add_variable(self, name: str, like: str, block: int = 0) -> str:
        """Declare a temporary variable with the type of ``like``."""
        variable = self._program.blocks[block].vars.add()
        variable.CopyFrom(self._find_variable(like, block))
        variable.name, variable.persistable = name, False
        if block == 0:
            self._variables[name] = variable
        return name

    def add_integers(self, name: str, count: int) -> str:
        """Declare a temporary variable of ``count`` int32 numbers."""
        variable = self._program.blocks[0].vars.add(name=name)
        variable.type.type = proto.VarType.DENSE_TENSOR
        tensor = variable.type.dense_tensor.tensor
        tensor.data_type = proto.VarType.INT32
        tensor.dims.append(count)
        self._variables[name] = variable
        return name

    def add_parameter(self, name: str, value: np.ndarray) -> str:
        """Declare a new float32 parameter."""
        variable = self._program.blocks[0].vars.add(name=name, persistable=True)
        variable.type.type = proto.VarType.DENSE_TENSOR
        tensor = variable.type.dense_tensor.tensor
        tensor.data_type = proto.VarType.FP32
        tensor.dims.extend(value.shape)
        self._variables[name] = variable
        self.parameters[name] = value.astype(np.float32)
        return name

    def _find_variable(self, name: str, block: int) -> proto.VarDesc:
        for variable in self._program.blocks[block].vars:
            if variable.name == name:
                return variable
        return self._variables[name]

    def program(self) -> proto.ProgramDesc:
        """Return the rewritten program, without the variables that nothing uses any more."""
        result = proto.ProgramDesc()
        result.CopyFrom(self._program)
        used = self._used()
        for block, operators in zip(result.blocks, self.blocks, strict=True):
            messages = [operator.message() for operator in operators]
            kept = [variable for variable in block.vars if variable.name in used]
            del block.ops[:], block.vars[:]
            block.ops.extend(messages)
            block.vars.extend(kept)
        return result

    def used_parameters(self) -> dict[str, np.ndarray]:
        """Return the parameters that the rewritten program reads."""
        used = self._used()
        return {name: value for name, value in self.parameters.items() if name in used}

    def _used(self) -> set[str]:
        names: set[str] = set()
        for operator in self.every_operator():
            for slots in (operator.inputs, operator.outputs):
                names.update(name for arguments in slots.values() for name in arguments)
        return names
