"""Operators that give a tensor another shape, or take and put together parts of it."""

from __future__ import annotations

from stages.message import msg
from stages.pir.held import Numbers, Setting, Several, Tensor
from stages.pir.operators.base import Call, Translation, plain

#: What becomes of PIR's lists of values.
_LISTS = msg("slots that take several")


def _reshape(call: Call) -> None:
    """Known sizes are an attribute; the others are tensors in a slot of their own."""
    inputs = {"X": [call.tensor(0)]}
    if isinstance(call.held(1), Tensor):
        call.append("reshape2", {**inputs, "Shape": [call.tensor(1)]}, {"Out": 0})
        return
    extent = _definite(call, call.extent(1))
    settings = {"shape": [-1 if isinstance(size, str) else size for size in extent]}
    if any(isinstance(size, str) for size in extent):
        held = call.held(1)
        if isinstance(held, Several):
            inputs["ShapeTensor"] = [call.replay.tensor(item) for item in held.items]
    call.append("reshape2", inputs, {"Out": 0}, settings)


def _definite(call: Call, extent: list[int | str]) -> list[int | str]:
    """Return the sizes of the result instead of ones to be worked out, where all are known.

    PaddleOCR's own exports have them, and ``stages/program/rules`` looks for them.
    """
    made = call.operator.outputs[0].shape
    known = -1 not in made and all(isinstance(size, int) for size in extent)
    return list(made) if known else extent


def _axes(name: str, becomes: str) -> Translation:
    def apply(call: Call) -> None:
        call.append(becomes, {"X": [call.tensor(0)]}, {"Out": 0}, {"axes": call.whole_numbers(1)})

    return Translation(name, becomes, apply)


def _slice(call: Call) -> None:
    names = ("axes", "infer_flags", "decrease_axis")
    settings: dict[str, Setting] = {name: call.integers(name) for name in names}
    settings["starts"], settings["ends"] = call.whole_numbers(1), call.whole_numbers(2)
    call.append("slice", {"Input": [call.tensor(0)]}, {"Out": 0}, settings)


def _concat(call: Call) -> None:
    (axis,) = call.whole_numbers(1)
    call.append("concat", {"X": call.tensors(0)}, {"Out": 0}, {"axis": axis})


def _combine(call: Call) -> None:
    """A list has no operator in the legacy format: slots take several variables."""
    items: list[Tensor | Numbers] = []
    for place in range(len(call.operator.inputs)):
        item = call.held(place)
        if not isinstance(item, (Tensor, Numbers)):
            call.refuse(msg("its input {place} is no tensor", place))
        items.append(item)
    call.hold(Several(tuple(items)))


def _split(call: Call) -> None:
    """Parts of given sizes; the list of them is taken apart by an operator of its own."""
    (axis,) = call.whole_numbers(2)
    settings: dict[str, Setting] = {"sections": call.whole_numbers(1), "num": 0, "axis": axis}
    call.append("split", {"X": [call.tensor(0)]}, {"Out": 0}, settings)


def _split_evenly(call: Call) -> None:
    (axis,) = call.whole_numbers(1)
    settings = {"num": call.setting("num"), "axis": axis}
    call.append("split", {"X": [call.tensor(0)]}, {"Out": 0}, settings)


def _take_apart(call: Call) -> None:
    """Give each element of a list the number that the program has for it."""
    held = call.held(0)
    if not isinstance(held, Several) or len(held.items) != len(call.operator.outputs):
        call.refuse(msg("its input is not a list of as many values as it makes"))
    for place, item in enumerate(held.items):
        call.hold(item, place)


def _stack(call: Call) -> None:
    """Scalars that are stacked to a shape stay a list; anything else is a real ``stack``."""
    held, made = call.held(0), call.operator.outputs[0]
    if isinstance(held, Several) and made.dtype in ("int32", "int64") and len(made.shape) == 1:
        call.hold(held)
        return
    call.append("stack", {"X": call.tensors(0)}, {"Y": 0}, {"axis": call.setting("axis")})


TRANSLATIONS = (
    Translation("reshape", "reshape2", _reshape),
    _axes("squeeze", "squeeze2"),
    _axes("unsqueeze", "unsqueeze2"),
    plain("flatten", "flatten_contiguous_range", start_axis="start_axis", stop_axis="stop_axis"),
    plain("transpose", "transpose2", axis="perm"),
    # the legacy operator counts in int32, which is what shapes have to be there
    plain("shape", "shape", ("Input",)),
    plain("shape64", "shape", ("Input",)),
    Translation("slice", "slice", _slice),
    Translation("concat", "concat", _concat),
    Translation("split", "split", _split),
    Translation("split_with_num", "split", _split_evenly),
    Translation("builtin.combine", _LISTS, _combine),
    Translation("builtin.split", _LISTS, _take_apart),
    Translation("stack", "stack", _stack),
)
