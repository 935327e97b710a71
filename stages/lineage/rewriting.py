"""From the PD model to the program that ``opt`` is given: the same tensors, or a rule's work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from stages.contract.artifacts import LITE_MODEL, LITE_PARAMETERS, PD_MODEL
from stages.errors import IntegrityError
from stages.lineage.compare import close, same
from stages.lineage.record import Traced
from stages.message import msg
from stages.pitfalls import Pitfall
from stages.program.changes import Change
from stages.text.printable import printable

_REMEDY = msg("this is a fault of a rewriting rule: please report it with the model")
Tensors = Mapping[str, np.ndarray]


def trace_rewriting(pd: Tensors, lite: Tensors, changes: Iterable[Change]) -> Traced:
    """Trace every tensor of the rewritten model to the original's.

    Args:
        pd: the original's parameters by name, as its file holds them.
        lite: the rewritten model's.
        changes: what the rules say that they did.

    Raises:
        IntegrityError: a tensor is neither the original's nor what the rules make of it, or one of
            the original's went nowhere.
    """
    changes = list(changes)
    derived = _follow(pd, changes)
    rules = _rules(changes)
    origins = {name: _origin(name, lite[name], pd, derived, rules) for name in lite}
    used = {name for change in changes for name in change.step.reads()}
    lost = sorted(set(pd) - set(lite) - used)
    if lost:
        raise IntegrityError(
            msg(
                "{lost} parameters of the PD model are not in the rewritten one, the first is {lost2}",
                len(lost),
                printable(lost[0]),
            ),
            LITE_PARAMETERS,
            _REMEDY,
        )
    return Traced(PD_MODEL, LITE_MODEL, origins)


def _follow(pd: Tensors, changes: list[Change]) -> dict[str, np.ndarray]:
    """Return each changed parameter as the rules' own account makes it, in float64."""
    names = {name for change in changes for name in (change.parameter, *change.step.reads())}
    values = {name: pd[name].astype(np.float64) for name in names if name in pd}
    for change in changes:
        values[change.parameter] = change.step.apply(change.parameter, values)
    return {change.parameter: values[change.parameter] for change in changes}


def _rules(changes: list[Change]) -> dict[str, str]:
    """Return the names of the rules that changed each parameter, in their order."""
    names: dict[str, dict[str, None]] = {}
    for change in changes:
        names.setdefault(change.parameter, {})[change.rule] = None
    return {parameter: msg(", then ").join(rules) for parameter, rules in names.items()}


def _origin(
    name: str, found: np.ndarray, pd: Tensors, derived: Tensors, rules: Mapping[str, str]
) -> str:
    if name in pd and same(pd[name], found):
        return ""
    if name in derived and close(derived[name], found):
        return rules[name]
    folded = name in derived
    said = msg("is not what the rules make of it") if folded else msg("is not the PD model's")
    raise IntegrityError(
        msg("the rewritten model's parameter {name} {said}", printable(name), said),
        LITE_PARAMETERS,
        _REMEDY,
        Pitfall.SCALE_FOLDED_WRONG if folded else None,
    )
