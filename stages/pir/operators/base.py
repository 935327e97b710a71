"""What a translation is, and what it can ask of the operator that it translates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn, Protocol

from stages.message import msg
from stages.pir.attributes import Attribute
from stages.pir.held import Held, Number, Numbers, Setting, Several, Tensor
from stages.pir.program import Operator

#: What a legacy slot makes: the place of a PIR output, or a variable that is there already.
Made = int | str


class UntranslatableError(Exception):
    """The operator is known, but not in the form that it has here; the text says which."""


class Replay(Protocol):
    """The program being written, as a translation sees it."""

    def held(self, number: int) -> Held:
        """Return what is known of a value."""

    def tensor(self, held: Held) -> str:
        """Return the variable that holds the value; numbers are written as one."""

    def append(
        self,
        operator: Operator,
        kind: str,
        inputs: Mapping[str, Sequence[str]],
        outputs: Mapping[str, Made],
        settings: Mapping[str, Setting],
    ) -> None:
        """Append a legacy operator that makes ``outputs``."""

    def hold(self, number: int, held: Held) -> None:
        """Say what a value is, where no operator of the program makes it."""


@dataclass(frozen=True)
class Call:
    """One operator of the PIR program, with typed access to what it is given."""

    operator: Operator
    replay: Replay

    def given(self, place: int) -> bool:
        """Return whether the input at ``place`` is there; optional ones are numbered 0."""
        return place < len(self.operator.inputs) and self.operator.inputs[place] != 0

    def held(self, place: int) -> Held:
        """Return what is known of an input."""
        if not self.given(place):
            self.refuse(msg("its input {place} is missing", place))
        return self.replay.held(self.operator.inputs[place])

    def tensor(self, place: int) -> str:
        """Return the variable of an input."""
        return self.replay.tensor(self.held(place))

    def tensors(self, place: int) -> list[str]:
        """Return the variables of an input that is a list."""
        held = self.held(place)
        if not isinstance(held, Several):
            self.refuse(msg("its input {place} is not a list", place))
        return [self.replay.tensor(item) for item in held.items]

    def numbers(self, place: int) -> list[Number]:
        """Return an input that has to be known before the model runs."""
        held = self.held(place)
        if isinstance(held, Several) and all(isinstance(item, Numbers) for item in held.items):
            return [item.values[0] for item in held.items if isinstance(item, Numbers)]
        if not isinstance(held, Numbers):
            self.refuse(msg("its input {place} is known only at run time", place))
        return list(held.values)

    def whole_numbers(self, place: int) -> list[int]:
        """Return an input of integers that has to be known before the model runs."""
        return [int(value) for value in self.numbers(place)]

    def extent(self, place: int) -> list[int | str]:
        """Return a shape: sizes that are known, and variables of those that are not."""
        held = self.held(place)
        if isinstance(held, Tensor):
            return [held.name]
        if not isinstance(held, Several):
            return list(self.whole_numbers(place))
        return [
            int(item.values[0]) if isinstance(item, Numbers) else self.replay.tensor(item)
            for item in held.items
        ]

    def setting(self, name: str) -> Setting:
        """Return an attribute's value."""
        found = self._attribute(name)
        if isinstance(found, (bool, int, float, str)):
            return found
        return self._numbers_of(name, found)

    def _numbers_of(self, name: str, listed: list[Attribute]) -> list[Number]:
        numbers = [item for item in listed if isinstance(item, (int, float))]
        if len(numbers) != len(listed):
            self.refuse(msg("its attribute {name} is not a list of numbers", name))
        return numbers

    def _attribute(self, name: str) -> bool | int | float | str | list[Attribute]:
        found = self.operator.attributes.get(name)
        if isinstance(found, (bool, int, float, str, list)):
            return found
        return self.refuse(
            msg("its attribute {name} is missing, or of a type that is not known", name)
        )

    def integers(self, name: str) -> list[int]:
        """Return an attribute that is a list of integers."""
        found = self._attribute(name)
        if not isinstance(found, list):
            self.refuse(msg("its attribute {name} is not a list", name))
        return [int(item) for item in self._numbers_of(name, found)]

    def require(self, name: str, allowed: object) -> None:
        """Refuse the operator if an attribute has another value than the one that is translated."""
        found = self._attribute(name)
        if found != allowed:
            self.refuse(
                msg(
                    "its attribute {name} is {found}; translated is {allowed}",
                    name,
                    repr(found),
                    repr(allowed),
                )
            )

    def refuse(self, why: str) -> NoReturn:
        """Give up on the operator.

        Raises:
            UntranslatableError: always.
        """
        raise UntranslatableError(why)

    def append(
        self,
        kind: str,
        inputs: Mapping[str, Sequence[str]],
        outputs: Mapping[str, Made],
        settings: Mapping[str, Setting] | None = None,
    ) -> None:
        """Append a legacy operator; ``outputs`` says for each slot what it makes."""
        self.replay.append(self.operator, kind, inputs, outputs, settings or {})

    def hold(self, held: Held, place: int = 0) -> None:
        """Say what an output is, where no operator of the program makes it."""
        self.replay.hold(self.operator.outputs[place].number, held)


@dataclass(frozen=True)
class Translation:
    """How an operator is replayed.

    Args:
        name: of the PIR operator.
        becomes: the legacy operator, or what happens to it in words.
        apply: appends to the program.
    """

    name: str
    becomes: str
    apply: Callable[[Call], None]


def plain(
    name: str,
    becomes: str,
    slots: tuple[str, ...] = ("X",),
    output: str = "Out",
    **settings: str | Setting,
) -> Translation:
    """Return a translation of an operator that both formats have with the same inputs.

    Args:
        name: of the PIR operator.
        becomes: the legacy operator.
        slots: the legacy input slots in the order of the PIR inputs; optional ones may be missing.
        output: the legacy output slot.
        settings: legacy attribute → the PIR attribute's name, or a value that is no text.
    """

    def apply(call: Call) -> None:
        inputs = {
            slot: [call.tensor(place)] for place, slot in enumerate(slots) if call.given(place)
        }
        values = {
            ours: call.setting(theirs) if isinstance(theirs, str) else theirs
            for ours, theirs in settings.items()
        }
        call.append(becomes, inputs, {output: 0}, values)

    return Translation(name, becomes, apply)
