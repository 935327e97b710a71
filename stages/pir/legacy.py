"""A legacy program (``ProgramDesc``) under construction, checked by Paddle operator by operator.

Paddle itself completes the attributes' defaults and infers types and shapes
(paddle/fluid/framework/op_desc.cc), so that a slot or an attribute that an operator does not have,
or shapes that it does not take, are refused here and not by whoever loads the file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from stages.message import msg
from stages.paddle_parts import load_part
from stages.pir.held import Setting
from stages.proto import proto

core = load_part("base.libpaddle", ".so")
#: The program version of Paddle 3.1.1, as its own exports have it.
PROGRAM_VERSION = 3001001

_FEED, _FETCH = "feed", "fetch"
#: How Paddle's ``OpDesc`` is told an attribute of each type.
_SETTERS = {
    proto.INT: "_set_int32_attr",
    proto.FLOAT: "_set_float32_attr",
    proto.STRING: "_set_str_attr",
    proto.BOOLEAN: "_set_bool_attr",
    proto.INTS: "_set_int32s_attr",
    proto.LONGS: "_set_int64s_attr",
    proto.FLOATS: "_set_float32s_attr",
}
#: ``VarType.Type`` by NumPy's name.
_TYPES = {
    "bool": "BOOL", "int8": "INT8", "uint8": "UINT8", "int16": "INT16", "int32": "INT32", "int64": "INT64",
    "float16": "FP16", "float32": "FP32", "float64": "FP64",
}  # fmt: skip
#: What Paddle raises when it refuses an operator (paddle/common/enforce.h, by way of pybind).
_REFUSALS = (ValueError, RuntimeError, TypeError, IndexError, NotImplementedError)

#: Attributes that say nothing of what an operator computes.
_MARKS = ("op_", "with_quant_attr", "use_quantizer", "mkldnn_data_type")

Slots = Mapping[str, Sequence[str]]


class LegacyError(Exception):
    """Paddle refuses an operator of the program; the text is what it says."""


class LegacyProgram:
    """A program with one block, to which variables and operators are appended."""

    def __init__(self) -> None:
        self._program = core.ProgramDesc()
        self._block = self._program.block(0)

    def declare(
        self,
        name: str,
        shape: Sequence[int],
        *,
        dtype: str = "float32",
        persistable: bool = False,
        checked: bool = False,
    ) -> str:
        """Declare a tensor; the type of what an operator makes is inferred later.

        Raises:
            LegacyError: there is one of this name already.
        """
        if self._block.has_var(name.encode()):
            raise LegacyError(msg("two tensors are called {name}", name))
        variable = self._block.var(name.encode())
        variable.set_type(core.VarDesc.VarType.DENSE_TENSOR)
        variable.set_dtype(getattr(core.VarDesc.VarType, _TYPES[dtype]))
        variable.set_shape(list(shape))
        variable.set_persistable(persistable)
        variable.set_need_check_feed(checked)
        return name

    def shape(self, name: str) -> tuple[int, ...]:
        """Return the declared or inferred shape of a tensor."""
        return tuple(self._block.find_var(name.encode()).shape())

    def set_shape(self, name: str, shape: Sequence[int]) -> None:
        """Replace the inferred shape by one that says more."""
        self._block.find_var(name.encode()).set_shape(list(shape))

    def append(
        self, kind: str, inputs: Slots, outputs: Slots, settings: Mapping[str, Setting]
    ) -> None:
        """Append an operator and infer what it makes.

        Raises:
            LegacyError: Paddle knows no such operator or attribute, or refuses what it is given.
        """
        operator = self._block.append_op()
        operator.set_type(kind)
        for slot, names in inputs.items():
            operator.set_input(slot, list(names))
        for slot, names in outputs.items():
            operator.set_output(slot, list(names))
        try:
            for name, value in settings.items():
                setter = getattr(operator, _SETTERS[_attribute_type(kind, name)])
                setter(name, list(value) if isinstance(value, (list, tuple)) else value)
            operator.check_attrs()
            operator.infer_var_type(self._block)
            operator.infer_shape(self._block)
        except _REFUSALS as error:
            raise LegacyError(_last_line(str(error))) from error

    def finish(self, feeds: Sequence[str], fetches: Sequence[str]) -> proto.ProgramDesc:
        """Return the program with its inputs and outputs, as ``save_inference_model`` ends one."""
        self._program._set_version(PROGRAM_VERSION)
        core.save_op_version_info(self._program)
        result = proto.ProgramDesc()
        result.ParseFromString(self._program.serialize_to_string())
        block = result.blocks[0]
        body = list(block.ops)
        del block.ops[:]
        block.ops.extend(_feed(name, column) for column, name in enumerate(feeds))
        block.ops.extend(_clean(operator) for operator in body)
        block.ops.extend(_fetch(name, column) for column, name in enumerate(fetches))
        ends = ((_FEED, proto.VarType.FEED_MINIBATCH), (_FETCH, proto.VarType.FETCH_LIST))
        for name, kind in ends:
            block.vars.add(name=name, persistable=True).type.type = kind
        variables = sorted(block.vars, key=lambda variable: variable.name)
        del block.vars[:]
        block.vars.extend(variables)
        return result


def _feed(name: str, column: int) -> proto.OpDesc:
    return _end(_FEED, [_FEED], [name], column)


def _fetch(name: str, column: int) -> proto.OpDesc:
    return _end(_FETCH, [name], [_FETCH], column)


def _end(kind: str, read: list[str], made: list[str], column: int) -> proto.OpDesc:
    return proto.OpDesc(
        type=kind,
        inputs=[proto.OpDesc.Var(parameter="X", arguments=read)],
        outputs=[proto.OpDesc.Var(parameter="Out", arguments=made)],
        attrs=[proto.OpDesc.Attr(name="col", type=proto.INT, i=column)],
    )


def _clean(operator: proto.OpDesc) -> proto.OpDesc:
    """Return the operator as an export has it, slots and attributes by name.

    ``check_attrs`` also writes what kernels and passes note for themselves; a pass that finds its
    own marks fuses wrongly (seen with ``elementwise_add``).
    """
    declared = _attribute_types()[operator.type]
    kept = [
        attribute
        for attribute in operator.attrs
        if attribute.name in declared and not attribute.name.startswith(_MARKS)
    ]
    result = proto.OpDesc(type=operator.type)
    result.inputs.extend(sorted(operator.inputs, key=lambda slot: slot.parameter))
    result.outputs.extend(sorted(operator.outputs, key=lambda slot: slot.parameter))
    result.attrs.extend(sorted(kept, key=lambda attribute: attribute.name))
    return result


def _attribute_type(kind: str, name: str) -> int:
    try:
        return _attribute_types()[kind][name]
    except KeyError as error:
        raise LegacyError(
            msg("Paddle has no operator {kind} with the attribute {name}", kind, name)
        ) from error


@cache
def _attribute_types() -> dict[str, dict[str, int]]:
    """Return the type of every attribute of every legacy operator that Paddle knows."""
    found: dict[str, dict[str, int]] = {}
    for serialised in core.get_all_op_protos():
        described: Any = proto.OpProto()
        described.ParseFromString(bytes(serialised))
        found[described.type] = {item.name: item.type for item in described.attrs}
    return found


def _last_line(text: str) -> str:
    """Return what Paddle says after its stack; the line before names the kind of the error."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return next((line for line in lines if "Error:" in line), lines[-1] if lines else "")
