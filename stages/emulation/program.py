"""A ``.nb`` file as a legacy Paddle model: program and parameters that Paddle Inference runs.

``opt`` lays several variables into one name where their lives do not overlap; here each result gets a name
of its own. Files that compute the same, for whatever target, give the same program byte by byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stages.emulation.call import Call, NotEmulatedError, Setting
from stages.emulation.half import append_rounding, half_marks
from stages.emulation.order import in_order
from stages.emulation.table import READINGS
from stages.emulation.weights import parameters
from stages.lite.integers import scale_attributes
from stages.lite.kernels import Precision, precision_of
from stages.lite.naive_buffer import NaiveBuffer, Operator
from stages.lite.signature import input_shape
from stages.message import msg
from stages.pir.legacy import LegacyError, LegacyProgram
from stages.program.params import write_parameters, write_program
from stages.proto import proto
from stages.text.printable import printable

_INPUT, _ENDS = "x", ("feed", "fetch")


@dataclass(frozen=True)
class Written:
    """An operator of the file, and what the program's variables are that it reads and makes.

    ``reads`` and ``makes`` have the variable, and what the file calls it there.
    """

    operator: Operator
    reads: Mapping[str, str]
    makes: Mapping[str, str]


@dataclass(frozen=True)
class Emulated:
    """A file as a program of Paddle's, in the file's own order.

    Args:
        program: in which each variable has a name of its own.
        parameters: by name, as arrays.
        written: an entry an operator of the file.
    """

    program: proto.ProgramDesc
    parameters: dict[str, np.ndarray]
    written: tuple[Written, ...]


def emulate(nb: NaiveBuffer, *, rounds: bool = True) -> Emulated:
    """Return what the file holds.

    Args:
        nb: the file.
        rounds: whether what is computed in half precision is rounded to it; if not, what the file holds can
            be told from what half precision makes of it.

    Raises:
        NotEmulatedError: the file has what cannot be read back; it says what.
    """
    values = parameters(nb, rounds=rounds)
    program = _Program(nb, values, rounds)
    return Emulated(program.read(), values, tuple(program.written))


def write_emulation(nb: NaiveBuffer, folder: Path, *, rounds: bool = True) -> tuple[Path, Path]:
    """Write what the file holds as ``emulated.pdmodel`` and ``emulated.pdiparams``; return both.

    Args:
        nb: the file.
        folder: is made if it is not there.
        rounds: as :func:`emulate`.

    Raises:
        NotEmulatedError: the file has what cannot be read back; it says what.
        StageError: the file is damaged.
    """
    emulated = emulate(nb, rounds=rounds)
    folder.mkdir(parents=True, exist_ok=True)
    files = folder / "emulated.pdmodel", folder / "emulated.pdiparams"
    write_program(files[0], in_order(emulated.program))
    write_parameters(files[1], emulated.parameters)
    return files


class _Program:
    """The program being written; readings see it as :class:`stages.emulation.call.Writer`."""

    def __init__(self, nb: NaiveBuffer, values: Mapping[str, np.ndarray], rounds: bool) -> None:
        self._nb, self._rounds = nb, rounds
        self._legacy = LegacyProgram()
        self._values = {
            name: self._declare(name, array.shape, str(array.dtype))
            for name, array in values.items()
        }
        self._made = 0
        self._in_half = False
        self.written: list[Written] = []

    def _declare(self, name: str, shape: Sequence[int], dtype: str) -> str:
        return self._legacy.declare(name, shape, dtype=dtype, persistable=True)

    def read(self) -> proto.ProgramDesc:
        """Read all operators.

        Raises:
            NotEmulatedError: one cannot be read, or computes in a precision that is not emulated.
        """
        if len(self._nb.blocks) != 1:
            raise NotEmulatedError(msg("the program branches or loops"))
        _refuse_unknown(self._nb.operators)
        source, result = self._legacy.declare(_INPUT, input_shape(self._nb), checked=True), ""
        for operator in self._nb.operators:
            precision = precision_of(operator)
            if precision is Precision.INT8:
                kind = printable(operator.type)
                raise NotEmulatedError(msg("operator {type} computes in {precision}", kind, "int8"))
            self._in_half = self._rounds and precision is Precision.FLOAT16
            if operator.type == "feed":
                self._values[operator.output("Out")] = source
            elif operator.type == "fetch":
                result = self.value(operator.input("X"))
            else:
                self._step(operator)
        return self._legacy.finish([source], [result])

    def _step(self, operator: Operator) -> None:
        call = Call(operator, self)
        reads = self._bound(operator.inputs)
        call.pass_over(*scale_attributes(operator), *half_marks(operator).values())
        try:
            READINGS[operator.type].write(call)
        except LegacyError as error:
            call.refuse(msg("is refused by Paddle: {error}", printable(str(error), 300)))
        call.finish()
        self.written.append(Written(operator, reads, self._bound(operator.outputs)))

    def _bound(self, slots: Mapping[str, Sequence[str]]) -> dict[str, str]:
        """Return the variables that hold what the file calls by these names, where there are any."""
        names = [name for slot in slots.values() for name in slot]
        return {self._values[name]: name for name in names if name in self._values}

    def value(self, name: str) -> str:
        """Return the variable that holds what the file calls ``name`` at this moment."""
        if name not in self._values:
            raise NotEmulatedError(msg("nothing makes {name}, which is read", printable(name)))
        return self._values[name]

    def rank(self, variable: str) -> int:
        """Return the number of dimensions of a variable of the program."""
        return len(self._legacy.shape(variable))

    def append(
        self,
        kind: str,
        inputs: Mapping[str, Sequence[str]],
        outputs: Mapping[str, int],
        settings: Mapping[str, Setting],
    ) -> dict[str, list[str]]:
        """Append an operator of Paddle; ``outputs`` says how many variables each slot gets. Return them."""
        made = {slot: [self._new() for _ in range(count)] for slot, count in outputs.items()}
        self._legacy.append(kind, inputs, made, settings)
        return made

    def _new(self) -> str:
        self._made += 1
        return self._legacy.declare(f"result_{self._made}", ())

    def bind(self, name: str, variable: str) -> None:
        """Say that the file's ``name`` is this variable from now on; a kernel of half precision rounds it."""
        self._values[name] = append_rounding(self, variable) if self._in_half else variable


def _refuse_unknown(operators: Iterable[Operator]) -> None:
    unknown = sorted({item.type for item in operators} - {*READINGS, *_ENDS})
    if unknown:
        said = ", ".join(map(printable, unknown))
        raise NotEmulatedError(msg("operator {names} is not one that can be read back", said))
