"""Where an operator stands in a PIR program, in words: PIR numbers its values and names none."""

from __future__ import annotations

from stages.message import msg
from stages.pir.program import ABSENT, Operator, Program, Value
from stages.text.printable import printable


class Places:
    """Who makes and who reads each value of a program."""

    def __init__(self, program: Program) -> None:
        self._makers = {
            value.number: operator.kind
            for operator in program.operators
            for value in operator.outputs
        }
        self._makers |= {
            item.value.number: msg("parameter {item}", item.name) for item in program.parameters
        }
        self._readers: dict[int, list[str]] = {}
        for operator in program.operators:
            for number in operator.inputs:
                self._readers.setdefault(number, []).append(operator.kind)

    def name(self, operator: Operator) -> str:
        """Return kind and place, for an error's ``where``."""
        return printable(
            msg("inference.json: operator {index} ({kind})", operator.index, operator.kind), 200
        )

    def describe(self, operator: Operator) -> str:
        """Return kind, place, layer, output and neighbours of an operator."""
        made = ", ".join(_shown(value) for value in operator.outputs) or "nothing"
        before = [self._makers[number] for number in operator.inputs if number != ABSENT]
        after = [
            reader for value in operator.outputs for reader in self._readers.get(value.number, ())
        ]
        layer = msg(", layer {layer}", operator.layer) if operator.layer else ""
        return printable(
            msg(
                "{kind} (operator {index}{layer}, makes {made}, reads {listed}, read by {listed2})",
                operator.kind,
                operator.index,
                layer,
                made,
                _listed(before),
                _listed(after),
            ),
            400,
        )


def _shown(value: Value) -> str:
    return f"%{value.number} {value.dtype}{list(value.shape)}"


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:4]) + (", …" if len(names) > 4 else "")
    return shown or "nothing"
