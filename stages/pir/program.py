"""The program of a PIR model, ``inference.json``, read and checked without Paddle.

Its structure is what paddle/fluid/pir/serialize_deserialize writes: one region with one block of
operators in the order of execution; values are numbered from 1, and 0 stands for an optional input
that is not given. Parameters are operators of kind ``p``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stages.errors import IntegrityError, StageError
from stages.message import Message, msg, text_of
from stages.pir.attributes import Attribute, read_attributes, text, whole
from stages.text.printable import printable

#: The versions of the format that Paddle 3.0 (1), 3.1 (2), 3.2 (3) and 3.3 (4) write.
VERSIONS = (1, 2, 3, 4)
#: What version 4 writes in double precision (serialize_deserialize/patch/4.yaml): Paddle 3.1, which
#: runs the model to prove the legacy one equal, refuses to load it.
_DOUBLES = {4: ("nearest_interp", "bilinear_interp", "leaky_relu")}
#: The number of an optional input that is not given.
ABSENT = 0

#: No tensor has more; to multiply thousands of large sizes takes for ever.
_MOST_AXES = 64

_PARAMETER = "p"
_DIALECTS = {"0": "builtin", "1": "pd_op", "2": "cf", "3": "custom_op", "4": "dist"}
_TENSOR, _LIST = "0.t_dtensor", "0.t_vec"
_DTYPES = {
    "0.t_f32": "float32",
    "0.t_f16": "float16",
    "0.t_bf16": "bfloat16",
    "0.t_f64": "float64",
    "0.t_i8": "int8",
    "0.t_ui8": "uint8",
    "0.t_i16": "int16",
    "0.t_i32": "int32",
    "0.t_i64": "int64",
    "0.t_bool": "bool",
}


@dataclass(frozen=True)
class Value:
    """What an operator makes: a tensor (-1 where a size is known at run time only), or a list."""

    number: int
    dtype: str
    shape: tuple[int, ...] = ()
    items: tuple[Value, ...] | None = None


@dataclass(frozen=True)
class Parameter:
    """A tensor that the model brings; only one that is ``stored`` is in ``.pdiparams``."""

    name: str
    value: Value
    stored: bool


@dataclass(frozen=True)
class Operator:
    """One operator; ``index`` is its place in the program, parameters counted."""

    index: int
    kind: str
    attributes: Mapping[str, Attribute]
    inputs: tuple[int, ...]
    outputs: tuple[Value, ...]

    @property
    def name(self) -> str:
        """The kind, without the dialect of Paddle's own operators: ``conv2d``, ``builtin.combine``."""
        return self.kind.removeprefix("pd_op.")

    @property
    def layer(self) -> str:
        """Where in the network it stands, in the words of Python's classes; "" if nobody said."""
        found = self.attributes.get("struct_name", "")
        return found if isinstance(found, str) else ""


@dataclass(frozen=True)
class Program:
    """A model's operators and parameters, each in the order of the file."""

    operators: tuple[Operator, ...]
    parameters: tuple[Parameter, ...]

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The declared shape of the first input; () without one."""
        made = (item.outputs[0].shape for item in self.operators if item.name == "data")
        return next(made, ())

    @property
    def output_shape(self) -> tuple[int, ...]:
        """The declared shape of the only output; () unless there is one."""
        fetched = [item.inputs[0] for item in self.operators if item.name == "fetch"]
        made = (value for item in self.operators for value in item.outputs)
        shapes = [value.shape for value in made if [value.number] == fetched]
        return shapes[0] if shapes else ()

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Return the shapes of the parameters that are stored, by name."""
        return {item.name: item.value.shape for item in self.parameters if item.stored}


def read_program(path: Path) -> Program:
    """Read ``inference.json``.

    Raises:
        IntegrityError: the file is damaged, or no PIR program; says where.
        StageError: the format is of a version that is not known, or a parameter is not float32.
    """
    try:
        document = json.loads(path.read_bytes().decode("utf-8"))
        head, regions = document["base_code"], document["program"]["regions"]
        magic, version = head["magic"], head["version"]
        (block,) = [block for region in regions for block in region["blocks"]]
        listed = list(block["ops"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _damaged(path, msg("it is not a PIR program with one block"), error) from error
    if magic != "pir":
        raise _damaged(path, msg("its magic word is {magic}, not 'pir'", f"{magic!r:.20}"))
    if version not in VERSIONS:
        raise StageError(
            msg(
                "{path} is of version {version} of the PIR format; known are {versions}",
                printable(path.name),
                f"{version!r:.20}",
                ", ".join(map(str, VERSIONS)),
            ),
            printable(str(path), 400),
            msg("export the model with Paddle 3.0, 3.1 or 3.2"),
        )
    program = _Reader(path).read(listed)
    _refuse_doubles(path, program.operators, _DOUBLES.get(version, ()))
    _refuse_dtypes(path, program.parameters)
    return program


class _Reader:
    """Reads operators one after the other, and knows which values there are already."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: set[int] = {ABSENT}

    def read(self, listed: list[Any]) -> Program:
        operators: list[Operator] = []
        parameters: list[Parameter] = []
        for index, stored in enumerate(listed):
            try:
                if stored["#"] == _PARAMETER:
                    parameters.append(self._parameter(stored))
                else:
                    operators.append(self._operator(index, stored))
            except (ValueError, KeyError, IndexError, TypeError, RecursionError) as error:
                raise _damaged(self._path, msg("operator {index}", index), error) from error
        names = [parameter.name for parameter in parameters]
        if len(set(names)) != len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise _damaged(
                self._path, msg("the parameter {twice} is there twice", printable(twice))
            )
        return Program(tuple(operators), tuple(parameters))

    def _parameter(self, stored: Mapping[str, Any]) -> Parameter:
        name, persistable = text(stored["A"][3]), stored["OA"][0]
        if not name:
            raise ValueError(msg("it has no name"))
        return Parameter(name, self._define(stored["O"]), bool(persistable))

    def _operator(self, index: int, stored: Mapping[str, Any]) -> Operator:
        dialect, _, name = text(stored["#"]).partition(".")
        kind = f"{_DIALECTS.get(dialect, dialect)}.{name}"
        inputs = tuple(self._use(item) for item in stored["I"])
        outputs = tuple(self._define(item) for item in stored["O"])
        return Operator(index, kind, read_attributes(stored["A"]), inputs, outputs)

    def _use(self, stored: Mapping[str, Any]) -> int:
        number = whole(stored["%"])
        if number not in self._known:
            raise ValueError(
                msg("it reads the value %{number}, which nothing made before it", number)
            )
        return number

    def _define(self, stored: Mapping[str, Any]) -> Value:
        number = whole(stored["%"])
        if number in self._known - {ABSENT}:
            raise ValueError(msg("it makes the value %{number}, which is there already", number))
        self._known.add(number)
        return _typed(number, stored["TT"])


def _typed(number: int, stored: Mapping[str, Any] | None) -> Value:
    """Return a value with the type that the file gives it; no type is an output nobody asked for."""
    kind = "none" if stored is None else stored["#"]
    if stored is None or kind not in (_TENSOR, _LIST):
        return Value(number, str(kind))
    if kind == _LIST:
        return Value(number, "list", items=tuple(_typed(ABSENT, item) for item in stored["D"]))
    dtype, shape = stored["D"][:2]
    kind = text(dtype["#"])
    return Value(number, _DTYPES.get(kind, kind), tuple(_sizes(shape)))


def _sizes(shape: list[Any]) -> Iterator[int]:
    if len(shape) > _MOST_AXES:
        raise ValueError(msg("a shape of {count} axes", len(shape)))
    for size in shape:
        if whole(size) < -1:
            raise ValueError(msg("{shape} is not a shape", f"{shape!r:.80}"))
        yield size


def _refuse_doubles(path: Path, operators: tuple[Operator, ...], kinds: tuple[str, ...]) -> None:
    found = sorted({operator.kind for operator in operators if operator.name in kinds})
    if found:
        raise StageError(
            msg(
                "{path} was written by Paddle 3.3, and Paddle 3.1 cannot run its {found}: their numbers "
                "are in double precision",
                printable(path.name),
                ", ".join(found),
            ),
            printable(str(path), 400),
            msg("export the model with Paddle 3.0, 3.1 or 3.2"),
        )


def _refuse_dtypes(path: Path, parameters: tuple[Parameter, ...]) -> None:
    others = [item for item in parameters if item.stored and item.value.dtype != "float32"]
    if others:
        named = ", ".join(
            msg("{first} ({rest})", printable(one.name), one.value.dtype) for one in others[:5]
        )
        raise StageError(
            msg("{others} parameters are not float32: {named}", len(others), named),
            printable(str(path), 400),
            msg("give the float32 model; a quantised or half-precision one cannot be taken over"),
        )
    open_ended = [item.name for item in parameters if item.stored and -1 in item.value.shape]
    if open_ended:
        raise _damaged(
            path, msg("the parameter {open_ended} has no definite shape", printable(open_ended[0]))
        )


def _damaged(path: Path, why: str, error: Exception | None = None) -> IntegrityError:
    """Return the refusal; of what was raised only a message of ours is told, nothing of Python's."""
    said = text_of(error)
    if error is not None and isinstance(said, Message):
        why = msg("{where}: {what}", why, said)
    return IntegrityError(
        msg("{path} is damaged: {why}", printable(path.name), why),
        printable(str(path), 400),
        msg("fetch the model again, or export it again"),
    )
