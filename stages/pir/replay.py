"""A PIR program written again as a legacy program, operator by operator, without architecture code.

Parameters keep Paddle's names, so that every tensor can be traced from the PIR model to the ``.nb``.
What an operator makes is held against the shape that the PIR program says it has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from stages.contract.artifacts import PIR_PROGRAM
from stages.errors import StageError
from stages.message import joined, msg
from stages.pir.held import Held, Numbers, Setting, Several, Tensor, Unusable
from stages.pir.legacy import LegacyError, LegacyProgram
from stages.pir.operators import TRANSLATIONS
from stages.pir.operators.base import Call, Made, UntranslatableError
from stages.pir.place import Places
from stages.pir.program import ABSENT, Operator, Parameter, Program, Value
from stages.proto import proto

_DATA, _FETCH = "data", "fetch"
_FLOAT = "float32"
#: ``VarType.Type`` of what numbers are written as; the legacy format counts shapes in int32.
_DTYPES = {"float32": 5, "float64": 5, "int32": 2, "int64": 2}
_SHOWN = 5


def replay(program: Program) -> proto.ProgramDesc:
    """Return the legacy program that computes what ``program`` does.

    Raises:
        StageError: an operator has no translation, or not in this form; all unknown ones are named.
    """
    places = Places(program)
    _refuse_unknown(program, places)
    return _Replay(program, places).run()


def _refuse_unknown(program: Program, places: Places) -> None:
    known = {*TRANSLATIONS, _DATA, _FETCH}
    unknown = [operator for operator in program.operators if operator.name not in known]
    if not unknown:
        return
    kinds = sorted({operator.kind for operator in unknown})
    shown = joined("; ", (places.describe(operator) for operator in unknown[:_SHOWN]))
    more = msg("; and {unknown} more", len(unknown) - _SHOWN) if len(unknown) > _SHOWN else ""
    raise StageError(
        msg(
            "the model has operators that cannot be translated: {kinds}. {shown}{more}",
            ", ".join(kinds),
            shown,
            more,
        ),
        places.name(unknown[0]),
        msg("translated are: {translations}", ", ".join(sorted(TRANSLATIONS))),
    )


class _Replay:
    """The state of one replay; translations see it as :class:`stages.pir.operators.base.Replay`."""

    def __init__(self, program: Program, places: Places) -> None:
        self._program, self._places = program, places
        self._legacy = LegacyProgram()
        self._held: dict[int, Held] = {}
        self._feeds: list[str] = []
        self._fetches: list[str] = []
        self._made = 0

    def run(self) -> proto.ProgramDesc:
        """Replay all operators.

        Raises:
            StageError: one cannot be, or the model has not one input and one output.
        """
        for parameter in self._program.parameters:
            self._held[parameter.value.number] = self._take(parameter)
        for operator in self._program.operators:
            self._step(operator)
        if len(self._feeds) != 1 or len(self._fetches) != 1:
            raise StageError(
                msg(
                    "the model has {feeds} inputs and {fetches} outputs; taken over are models with one "
                    "of each",
                    len(self._feeds),
                    len(self._fetches),
                ),
                PIR_PROGRAM,
                msg("give a text recognition, detection or orientation model"),
            )
        return self._legacy.finish(self._feeds, self._fetches)

    def _take(self, parameter: Parameter) -> Held:
        if not parameter.stored:
            return Unusable(msg("{parameter} is not stored in the model", parameter.name))
        shape = parameter.value.shape
        return Tensor(self._legacy.declare(parameter.name, shape, persistable=True))

    def _step(self, operator: Operator) -> None:
        try:
            if operator.name == _DATA:
                self._feed(operator)
            elif operator.name == _FETCH:
                self._fetches.append(self.tensor(self.held(operator.inputs[0])))
            else:
                TRANSLATIONS[operator.name].apply(Call(operator, self))
        except (UntranslatableError, LegacyError, ValueError, IndexError) as error:
            raise StageError(
                msg(
                    "an operator of the model cannot be translated: {describe}: {error}",
                    self._places.describe(operator),
                    error,
                ),
                self._places.name(operator),
                msg("export the model again with Paddle 3.1, or report it with the model"),
            ) from error

    def _feed(self, operator: Operator) -> None:
        made = operator.outputs[0]
        if made.dtype != _FLOAT:
            raise UntranslatableError(
                msg("the model's input is {dtype}, not {float}", made.dtype, _FLOAT)
            )
        name = str(operator.attributes.get("name", "x"))
        self._feeds.append(self._legacy.declare(name, made.shape, checked=True))
        self._held[made.number] = Tensor(name)

    def held(self, number: int) -> Held:
        """Return what is known of a value."""
        return self._held.get(number, Unusable(msg("nothing in the legacy program makes it")))

    def hold(self, number: int, held: Held) -> None:
        """Say what a value is, where no operator of the program makes it."""
        self._held[number] = held

    def tensor(self, held: Held) -> str:
        """Return the variable that holds the value; numbers are written with ``fill_constant``."""
        if isinstance(held, Tensor):
            return held.name
        if isinstance(held, Numbers):
            return self._write(held)
        why = (
            held.why if isinstance(held, Unusable) else msg("a list stands where a tensor must be")
        )
        raise UntranslatableError(why)

    def _write(self, numbers: Numbers) -> str:
        if len(set(numbers.values)) != 1:
            raise UntranslatableError(
                msg("the numbers {values} would have to be a tensor", list(numbers.values[:8]))
            )
        value, self._made = numbers.values[0], self._made + 1
        name = self._legacy.declare(f"numbers_{self._made}.tmp_0", numbers.shape or (1,))
        settings: dict[str, Setting] = {
            "shape": list(numbers.shape or (1,)),
            "dtype": _DTYPES[numbers.dtype],
            "value": float(value),
            "str_value": repr(value),
        }
        self._legacy.append("fill_constant", {}, {"Out": [name]}, settings)
        return name

    def append(
        self,
        operator: Operator,
        kind: str,
        inputs: Mapping[str, Sequence[str]],
        outputs: Mapping[str, Made],
        settings: Mapping[str, Setting],
    ) -> None:
        """Append a legacy operator and hold what it makes against the PIR program's shapes."""
        slots = {slot: self._names(operator, kind, made) for slot, made in outputs.items()}
        self._legacy.append(kind, inputs, slots, settings)
        for made in outputs.values():
            if isinstance(made, int) and operator.outputs[made].items is None:
                self._check_shape(operator.outputs[made])

    def _names(self, operator: Operator, kind: str, made: Made) -> list[str]:
        if isinstance(made, str):
            return [made]
        value = operator.outputs[made]
        names = [
            self._legacy.declare(f"{kind}_{operator.index}.tmp_{made}{suffix}", item.shape)
            for suffix, item in _variables(value)
        ]
        tensors = tuple(Tensor(name) for name in names)
        self._held[value.number] = tensors[0] if value.items is None else Several(tensors)
        return names

    def _check_shape(self, value: Value) -> None:
        held = self._held.get(value.number)
        if value.number == ABSENT or not isinstance(held, Tensor) or value.dtype != _FLOAT:
            return
        found = self._legacy.shape(held.name)
        if not _compatible(found, value.shape):
            raise LegacyError(
                msg(
                    "it makes the shape {found}, the model says {shape}",
                    list(found),
                    list(value.shape),
                )
            )
        self._legacy.set_shape(held.name, value.shape)


def _variables(value: Value) -> Iterator[tuple[str, Value]]:
    """Give a suffix and a value for each variable that an output needs."""
    if value.items is None:
        yield "", value
    else:
        yield from ((f"_{place}", item) for place, item in enumerate(value.items))


def _compatible(found: tuple[int, ...], said: tuple[int, ...]) -> bool:
    """Return whether two shapes can be of one tensor; -1 is any size."""
    return len(found) == len(said) and all(
        one == other or -1 in (one, other) for one, other in zip(found, said, strict=True)
    )
