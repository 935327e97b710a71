"""What goes into a ``.nb`` model and what comes out of it, read from the file."""

from __future__ import annotations

from stages.lite.naive_buffer import NaiveBuffer, Operator
from stages.lite.nb import malformed
from stages.message import msg

#: Operators through which the last axis of the output passes unchanged, and the slot it comes from.
_KEEP_WIDTH = {
    "softmax": "X", "scale": "X", "sigmoid": "X", "cast": "X",
    "calib": "Input", "calib_once": "Input", "layout": "Input", "layout_once": "Input",
    "io_copy": "Input", "io_copy_once": "Input",
}  # fmt: skip


def input_shape(model: NaiveBuffer) -> tuple[int, ...]:
    """Return the declared shape of the only input, -1 where it is known at run time only.

    Raises:
        StageError: the file has no input, or several.
    """
    feeds = [item.output("Out") for item in model.operators if item.type == "feed"]
    if len(feeds) != 1:
        raise malformed(model.path, msg("its program has {feeds} inputs, expected 1", len(feeds)))
    return model.blocks[0].shapes.get(feeds[0], ())


def output_width(model: NaiveBuffer) -> int:
    """Return the length of the last axis of the only output: the classes, the blank included.

    It is taken from the parameters of the last layer, not from a declaration that could be old.

    Raises:
        StageError: the file has no output or several, or its last layer has no parameters.
    """
    fetches = [item for item in model.operators if item.type == "fetch"]
    if len(fetches) != 1:
        raise malformed(
            model.path, msg("its program has {fetches} outputs, expected 1", len(fetches))
        )
    return _width(model, fetches[0].input("X"), model.operators.index(fetches[0]))


def _width(model: NaiveBuffer, name: str, before: int) -> int:
    """Return the width of ``name`` as the last operator left it that wrote it ``before``."""
    for index in reversed(range(before)):
        operator = model.operators[index]
        if not any(name in names for names in operator.outputs.values()):
            continue
        if operator.type in _KEEP_WIDTH:
            name = operator.input(_KEEP_WIDTH[operator.type])
            continue
        widths = [shape[-1] for shape in _parameters(model, operator) if shape]
        if widths:
            return widths[0]
        break
    raise malformed(model.path, msg("its last layer has no parameters"))


def _parameters(model: NaiveBuffer, operator: Operator) -> list[tuple[int, ...]]:
    """Return the shapes of the operator's weights, the bias first."""
    names = [operator.input(slot) for slot in ("Bias", "W", "Y")]
    return [model.tensors[name].shape for name in names if name in model.tensors]
