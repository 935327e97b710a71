"""A judgement in words, the weightiest first. Nothing is judged here: :mod:`pipeline.report.verdict` does."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from pipeline.record.verdict import Asked, Judgement, Limit
from pipeline.text import one_line, unfolded
from stages.contract.artifacts import PD_MODEL
from stages.contract.variant import is_lossy
from tui.appearance import symbol
from tui.language import _, translated

#: In which order the limits are read: what the model is worth, then whether the files do the same.
_ORDER = (Asked.MIN_ACCURACY, Asked.MIN_AGREEMENT, Asked.MAX_ABS_DIFF, Asked.MAX_ACCURACY_DROP)


def weightiest(limits: Iterable[Limit]) -> tuple[Limit, ...]:
    """Return every limit that was not kept, then of each key whose limit was kept the closest number."""
    held = sorted(limits, key=lambda item: _ORDER.index(item.asked))
    broken = [item for item in held if not item.kept]
    keys = dict.fromkeys(item.key for item in held)
    nearest = {key: _nearest([item for item in held if item.key == key]) for key in keys}
    told = {item.key for item in broken}
    return (*broken, *(item for key, item in nearest.items() if item and key not in told))


def _nearest(held: list[Limit]) -> Limit | None:
    """Return the worst of numbers that were held against the same limit."""

    def goodness(limit: Limit) -> float:
        value = math.inf if limit.value is None else limit.value
        return value if limit.asked.is_least else -value

    return min(held, key=goodness, default=None)


def untold(judged: Judgement) -> tuple[str, ...]:
    """Return the reasons that are not the sentence of a limit."""
    told = {limit.sentence for limit in judged.limits if not limit.kept}
    return tuple(reason for reason in judged.reasons if reason not in told)


def judged_lines(judged: Judgement | None) -> Iterator[tuple[str, str]]:
    """Give why it was judged so, and what else to know: each line with its symbol, and its style."""
    if judged is None:
        return
    for reason in judged.reasons:
        yield f"{symbol('failed')} {unfolded(translated(reason))}", "red"
    for remark in judged.remarks:
        yield f"{symbol('warning')} {unfolded(translated(remark))}", "yellow"


def limit_words(limit: Limit) -> tuple[str, str]:
    """Return a limit with its number, as ``✘ accuracy pd 70.00% < 99%``, and its style.

    A model is named where that says something: PD's own accuracy, what is not within its limit, and what is
    held to limits of its own.
    """
    measure = translated(limit.measure)
    names = {
        Asked.MIN_ACCURACY: measure,
        Asked.MAX_ACCURACY_DROP: _("{measure} drop").format(measure=measure),
        Asked.MIN_AGREEMENT: _("same as PD")
        if limit.reference == PD_MODEL
        else _("same as {model}").format(model=limit.reference),
        Asked.MAX_ABS_DIFF: translated("max diff"),
    }
    is_named = limit.asked is Asked.MIN_ACCURACY or not limit.kept or is_lossy(limit.model)
    said = " ".join([names[limit.asked], limit.model if is_named else "", _compared(limit)])
    mark, style = (symbol("done"), "green") if limit.kept else (symbol("failed"), "bold red")
    return f"{mark} {one_line(' '.join(said.split()))}", style


def bound_words(limit: Limit) -> str:
    """Return what is asked, as ``≥ 99%``, ``≤ 1e-03``, or ``> 0%`` where anything above 0 is enough."""
    if limit.limit is None:
        return "> 0%"
    sign = symbol("at_least" if limit.asked.is_least else "at_most")
    if limit.asked.is_share:
        return f"{sign} {limit.limit * 100:.6g}%"
    mantissa, _e, exponent = f"{limit.limit:.5e}".partition("e")
    return f"{sign} {float(mantissa):g}e{exponent}"


def value_words(limit: Limit) -> str:
    """Return the number that was held against a limit, with the digits that tell it from that."""
    if limit.value is None:
        return "NaN"
    forms = [f".{digits}%" if limit.asked.is_share else f".{digits - 1}e" for digits in range(2, 9)]
    bound = limit.limit or 0.0
    far = (form for form in forms if format(limit.value, form) != format(bound, form))
    return format(limit.value, forms[0] if limit.kept else next(far, forms[0]))


def _compared(limit: Limit) -> str:
    """Return value, sign and limit."""
    value, bound, least = value_words(limit), bound_words(limit), limit.asked.is_least
    if limit.kept:
        return f"{value} {bound}"
    if limit.value is None or limit.limit is None:
        return f"{value} ({bound})"
    return f"{value} {'<' if least else '>'} {bound.partition(' ')[2]}"
