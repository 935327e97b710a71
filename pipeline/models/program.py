"""A model's program as far as the host looks at it: its operators, and the parameters that it needs.

A legacy program is a ``ProgramDesc`` (paddle/fluid/framework/framework.proto); a PIR program is read by the
module that the stages read it with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.models.sniff import Kind, kind_of
from pipeline.models.weights import FLOAT32, Tensor, tensor_of
from pipeline.models.wire import WireError, read_message
from stages.errors import StageError
from stages.message import msg
from stages.pir.program import read_program as read_pir

#: ``VarType.Type`` of a tensor, of what a program is fed and what is fetched from it.
_DENSE_TENSOR = 7
_FETCH = "fetch"


@dataclass(frozen=True)
class Outline:
    """A program from afar.

    Args:
        pir: whether it is a PIR program.
        operators: how often each type is used.
        parameters: what is stored beside the program, by name.
        classes: the size of its output's last axis; 0 where that is known at run time only.
    """

    pir: bool
    operators: Mapping[str, int]
    parameters: Mapping[str, Tensor]
    classes: int

    @property
    def stored(self) -> tuple[Tensor, ...]:
        """The parameters in the order in which they are stored."""
        return tuple(self.parameters[name] for name in sorted(self.parameters))


def read_outline(path: Path) -> Outline:
    """Read a program of either format.

    Raises:
        UsageError: it is damaged or cut off, of a version that is not known, or its parameters are of a
            type that cannot be taken over.
    """
    return _of_pir(path) if kind_of(path) is Kind.PIR else _of_legacy(path)


def _of_pir(path: Path) -> Outline:
    try:
        program = read_pir(path)
    except StageError as error:
        raise UsageError(error.message, str(path), error.remedy, error.pitfall or "") from error
    shapes = program.shapes()
    fetched = [item.outputs[0].shape for item in program.operators if item.name == _FETCH]
    return Outline(
        pir=True,
        operators=Counter(item.name for item in program.operators),
        parameters={name: Tensor(FLOAT32, shape) for name, shape in shapes.items()},
        classes=_last(fetched[0]) if fetched else 0,
    )


def _last(shape: tuple[int, ...]) -> int:
    return max(shape[-1], 0) if shape else 0


def _of_legacy(path: Path) -> Outline:
    try:
        outline = _read_legacy(path.read_bytes())
    except WireError as error:
        raise _cut_off(path) from error
    if not outline.operators:
        raise _cut_off(path)
    return outline


def _cut_off(path: Path) -> UsageError:
    return UsageError(
        msg("{name} is damaged or cut off: its program ends in the middle", path.name),
        str(path),
        msg("copy or download it again, or export the model again"),
    )


def _read_legacy(data: bytes) -> Outline:
    """Read a ``ProgramDesc``: operators of all blocks, persistable tensors of the first.

    Raises:
        WireError: it is cut off.
    """
    operators: Counter[str] = Counter()
    variables: dict[str, _Variable] = {}
    fetched = ""
    for number, block in enumerate(_parts(data, 1)):
        for field, value in read_message(block):
            if field == 4 and isinstance(value, bytes):
                kind, source = _operator(value)
                operators[kind] += 1
                fetched = source if kind == _FETCH and not fetched else fetched
            elif field == 3 and isinstance(value, bytes) and number == 0:
                variable = _variable(value)
                variables[variable.name] = variable
    stored = {name: item.tensor for name, item in variables.items() if item.stored and item.tensor}
    output = variables[fetched].tensor if fetched in variables else None
    return Outline(False, operators, stored, _last(output.shape) if output else 0)


@dataclass(frozen=True)
class _Variable:
    name: str
    stored: bool
    tensor: Tensor | None


def _parts(data: bytes, wanted: int) -> list[bytes]:
    return [
        value for field, value in read_message(data) if field == wanted and isinstance(value, bytes)
    ]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _operator(data: bytes) -> tuple[str, str]:
    """Return an ``OpDesc``'s type, and the first variable that it reads."""
    kind, source = "", ""
    for field, value in read_message(data):
        if field == 3 and isinstance(value, bytes):
            kind = _text(value)
        elif field == 1 and isinstance(value, bytes) and not source:
            source = next((_text(each) for each in _parts(value, 2)), "")
    return kind, source


def _variable(data: bytes) -> _Variable:
    """Read a ``VarDesc``: 1 is its name, 2 its type, 3 whether it is persistable."""
    name, stored, tensor = "", False, None
    for field, value in read_message(data):
        if field == 1 and isinstance(value, bytes):
            name = _text(value)
        elif field == 2 and isinstance(value, bytes):
            tensor = _type(value)
        elif field == 3:
            stored = bool(value)
    return _Variable(name, stored, tensor)


def _type(data: bytes) -> Tensor | None:
    """Read a ``VarType``: 1 is its kind, 3 the description of a dense tensor."""
    kind, tensor = -1, None
    for field, value in read_message(data):
        if field == 1 and isinstance(value, int):
            kind = value
        elif field == 3 and isinstance(value, bytes):
            tensor = next((tensor_of(each) for each in _parts(value, 1)), None)
    return tensor if kind == _DENSE_TENSOR else None
