"""Operators that neither a rule nor Paddle-Lite knows: found, and placed, before ``opt`` is started."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from stages.errors import StageError
from stages.message import joined, msg
from stages.program.graph import Graph, Operator
from stages.text.printable import printable

_SHOWN = 5


def refuse_unknown(graph: Graph, known: Mapping[str, AbstractSet[str]]) -> None:
    """Refuse a program with operators that are not known for every target.

    Args:
        graph: the program as ``opt`` would get it.
        known: kinds of operators, by target.

    Raises:
        StageError: names each kind, for which targets, and where it stands first; all at once.
    """
    lacking = {
        kind: [target for target in known if kind not in known[target]] for kind in _kinds(graph)
    }
    unknown = {kind: targets for kind, targets in lacking.items() if targets}
    if not unknown:
        return
    places = [
        msg("{first}: {rest}", _named(kind, targets), _place(graph, kind))
        for kind, targets in unknown.items()
    ]
    more = msg("; and {places} more kinds", len(places) - _SHOWN) if len(places) > _SHOWN else ""
    raise StageError(
        msg(
            "Paddle-Lite does not know {unknown} of the model's kinds of operators, and no rule "
            "rewrites them: {places}{more}",
            len(unknown),
            joined("; ", places[:_SHOWN]),
            more,
        ),
        msg("operator {first} of the program", _first(graph, next(iter(unknown)))[0]),
        msg("choose an architecture without them (docs/legalisation.md lists the rules)"),
    )


def _kinds(graph: Graph) -> list[str]:
    return list(dict.fromkeys(operator.type for operator in graph.every_operator()))


def _named(kind: str, targets: list[str]) -> str:
    return msg("{kind} (for {targets})", printable(kind, 60), ", ".join(targets))


def _place(graph: Graph, kind: str) -> str:
    """Say how often a kind is there, and where it is first: its number, its result, its neighbours."""
    number, operator = _first(graph, kind)
    count = sum(item.type == kind for item in graph.every_operator())
    outputs = [name for names in operator.outputs.values() for name in names]
    before = _listed(item.type for item in _producers(graph, operator))
    after = _listed(item.type for name in outputs for item in graph.consumers(name))
    made = msg("which makes {next}", printable(next(iter(outputs), "nothing"), 60))
    return msg(
        "{count} of them, the first is operator {number}, {made}, after {before} and before "
        "{after}",
        count,
        number,
        made,
        before,
        after,
    )


def _first(graph: Graph, kind: str) -> tuple[int, Operator]:
    return next(
        (number, item) for number, item in enumerate(graph.every_operator()) if item.type == kind
    )


def _producers(graph: Graph, operator: Operator) -> Iterator[Operator]:
    for names in operator.inputs.values():
        for name in names:
            yield from graph.producers(name)


def _listed(kinds: Iterator[str]) -> str:
    return ", ".join(printable(kind, 60) for kind in dict.fromkeys(kinds)) or "nothing"
