"""What a reading of one of Paddle-Lite's operators is, and what it can ask of the operator.

What a reading does not ask for is never passed over: an input or an attribute that nobody looked at, and
that is not known to do nothing, is refused by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn, Protocol

from stages.lite.naive_buffer import Attribute, Operator
from stages.message import msg
from stages.text.printable import printable

#: Attributes that do not change what an operator computes, or only with another that is not among them
#: (``enable_int8``, ``fuse_residual_connection``, a type of activation). Paddle writes most of them for its
#: own kernels, and no AttachImpl of Paddle-Lite's operators (lite/operators) reads them.
_IDLE = frozenset({
    "__@kernel_type_attr@__", "op_device", "op_namescope", "op_role", "op_role_var", "op_callstack", "name",
    "with_quant_attr", "use_mkldnn", "use_cudnn", "use_quantizer", "use_addto", "mkldnn_data_type", "is_test",
    "inplace", "place_type", "force_cpu", "x_data_format", "y_data_format", "workspace_size_MB",
    "exhaustive_search", "force_fp32_output", "fuse_activation", "fuse_alpha", "fuse_beta", "fuse_brelu",
    "fuse_brelu_threshold", "fuse_relu", "fuse_relu_before_depthwise_conv", "fuse_sigmoid", "fuse_swish",
    "fuse_tanh", "Scale_in", "Scale_in_eltwise", "Scale_out", "Scale_weights", "Scale_x", "Scale_y",
})  # fmt: skip
#: What a legacy operator of Paddle is told.
Setting = bool | int | float | str | Sequence[int] | Sequence[float]


class NotEmulatedError(Exception):
    """The file holds what cannot be read back into a Paddle program; the text says what."""


class Writer(Protocol):
    """The program that is being written, as a reading sees it."""

    def value(self, name: str) -> str:
        """Return the variable that holds what the file calls ``name`` at this moment."""

    def append(
        self,
        kind: str,
        inputs: Mapping[str, Sequence[str]],
        outputs: Mapping[str, int],
        settings: Mapping[str, Setting],
    ) -> dict[str, list[str]]:
        """Append an operator of Paddle; ``outputs`` says how many variables each slot gets. Return them."""

    def rank(self, variable: str) -> int:
        """Return the number of dimensions of a variable of the program."""

    def bind(self, name: str, variable: str) -> None:
        """Say that the file's ``name`` is this variable from now on."""


@dataclass
class Call:
    """One operator of the file, with access to what it is given; remembers what was asked for."""

    operator: Operator
    writer: Writer
    _read: set[str] = field(default_factory=set)

    def tensors(self, slot: str) -> list[str]:
        """Return the variables of an input; none where it is not given."""
        self._read.add(slot)
        return [self.writer.value(name) for name in self.operator.inputs.get(slot, ())]

    def tensor(self, slot: str) -> str:
        """Return the variable of an input that must be given."""
        found = self.tensors(slot)
        if len(found) != 1:
            self.refuse(msg("has {count} variables as {slot}", len(found), slot))
        return found[0]

    def attribute(self, name: str, default: Attribute | None = None) -> Attribute:
        """Return an attribute's value."""
        self._read.add(name)
        found = self.operator.attributes.get(name, default)
        return self.refuse(msg("lacks the attribute {name}", name)) if found is None else found

    def number(self, name: str, default: float | None = None) -> float:
        """Return an attribute that is a number."""
        found = self.attribute(name, default)
        if isinstance(found, (str, tuple)):
            self.refuse(msg("has no number as attribute {name}", name))
        return float(found)

    def settings(self, *names: str) -> dict[str, Setting]:
        """Return those of the attributes that are there, to be told to Paddle's operator as they are."""
        found = {name: self.attribute(name) for name in names if name in self.operator.attributes}
        return {name: self._setting(name, value) for name, value in found.items() if value != ()}

    def _setting(self, name: str, value: Attribute) -> Setting:
        if not isinstance(value, tuple):
            return value
        numbers = [item for item in value if isinstance(item, (int, float))]
        if len(numbers) != len(value):
            self.refuse(msg("has texts as attribute {name}", name))
        return numbers

    def only(self, name: str, *allowed: Attribute) -> None:
        """Refuse the operator if it has another value of an attribute."""
        found = self.attribute(name, allowed[0])
        if found not in allowed:
            self.refuse(msg("has {name} {found}, which is not known", name, printable(str(found))))

    def pass_over(self, *names: str) -> None:
        """Say that these attributes decide nothing here."""
        self._read.update(names)

    def make(
        self,
        kind: str,
        inputs: Mapping[str, str | Sequence[str]],
        settings: Mapping[str, Setting] | None = None,
        result: str = "Out",
    ) -> str:
        """Append an operator of Paddle with one result; return the variable."""
        listed = {
            slot: [names] if isinstance(names, str) else list(names)
            for slot, names in inputs.items()
        }
        made = self.writer.append(kind, listed, {result: 1}, settings or {})
        return made[result][0]

    def give(self, slot: str, *variables: str) -> None:
        """Say which variables the operator's result in ``slot`` is."""
        for name, variable in zip(self.operator.outputs[slot], variables, strict=True):
            self.writer.bind(name, variable)

    def finish(self) -> None:
        """Refuse the operator if it is given what nobody asked for.

        Raises:
            NotEmulatedError: the first input or attribute of these is named.
        """
        given = [slot for slot, names in self.operator.inputs.items() if names]
        for name in sorted({*given, *self.operator.attributes} - self._read - _IDLE):
            self.refuse(msg("has {name}, which is not known", printable(name)))

    def refuse(self, why: str) -> NoReturn:
        """Give up on the operator.

        Raises:
            NotEmulatedError: always.
        """
        raise NotEmulatedError(msg("operator {type} {why}", printable(self.operator.type), why))


@dataclass(frozen=True)
class Reading:
    """How an operator of Paddle-Lite is written in Paddle's own.

    Args:
        kind: its type in the file.
        source: the file of Paddle-Lite v2.13 that says what it computes.
        write: appends to the program.
    """

    kind: str
    source: str
    write: Callable[[Call], None]
