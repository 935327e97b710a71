"""Which drawings the page of a sweep has: each is there if there is something to draw.

Where not all members have room the best in validation are drawn, and it is said how many there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import fmean

from pipeline.plan.stages import STAGES
from pipeline.report.page.axis import percent
from pipeline.report.page.chart import Curve, Row, Spot, bars, dots, scatter
from pipeline.report.page.charts import Figure
from pipeline.report.page.many import MOST_CURVES, Stack, Strip, many_curves, stacks, strips
from pipeline.sweep.table import Cost, Table
from pipeline.sweep.table import Row as Member
from pipeline.sweep.words import named, setting_of
from pipeline.text import cut, human_seconds
from stages.message import msg

#: So many members have a row in a drawing; so many have their rank beside their spot.
MOST_ROWS, _MOST_NUMBERS = 12, 12
#: More spots than this can be seen through, where they are not on the front.
_MOST_SOLID = 40
#: So many settings have a drawing, with so many values each.
_MOST_SETTINGS, _MOST_VALUES = 6, 12
#: A name in a drawing has no more characters, so that its numbers have room beside it.
_LONGEST = 30
#: Of a longer one so many are kept of its beginning.
_HEAD = 12
#: Points of a learning curve, (step, accuracy in validation), by the member's name.
Curves = Mapping[str, Sequence[tuple[float, float]]]


def figures(table: Table, curves: Curves) -> Iterator[Figure]:
    """Give all drawings."""
    rows = [row for row in table.rows if row.test or row.validation]
    if table.projects:  # what is drawn against validation is on each project's own page
        rows = [row for row in rows if row.rank == 1] or rows
        compared: list[Figure | None] = []
    else:
        compared = [_sizes(rows), _learning(rows, curves), *_settings(table, rows)]
    found = (
        *compared[:1],
        _tests(rows),
        _latencies(rows),
        *compared[1:],
        _costs(rows, msg("time by stage"), lambda cost: cost.seconds, human_seconds),
        _costs(
            rows,
            msg("CPU seconds by stage"),
            lambda cost: cost.cpu_seconds,
            lambda value: f"{value:.0f} s",
        ),
    )
    return (figure for figure in found if figure)


def _name(row: Member) -> str:
    """Return a member's name behind its rank, which is how other drawings call it, or its project."""
    name = f"{row.rank} · {row.name}" if row.rank and not row.project else named(row)
    if len(name) <= _LONGEST:
        return name
    return f"{name[:_HEAD]}…{name[_HEAD + 1 - _LONGEST :]}"  # what differs stands at the end most often


def _of(note: str, drawn: int, all_of_them: int) -> str:
    """Add to a note that the best are drawn only."""
    if drawn == all_of_them:
        return note
    return msg("{note}; the first {drawn} of {count}", note, drawn, f"{all_of_them:,}")


def _sizes(rows: Sequence[Member]) -> Figure | None:
    """Draw size against accuracy in validation of what has a rank; the ranks of the front are beside it."""
    places: dict[tuple[int, float], list[Member]] = {}
    for row in rows:
        if row.rank and row.validation and row.test and row.test.size is not None:
            places.setdefault((row.test.size, row.validation.accuracy), []).append(row)
    if len(places) < 2:
        return None
    told = [place for place, found in places.items() if found[0].on_front][:_MOST_NUMBERS]
    told += [place for place in places if place not in told][: max(0, _MOST_NUMBERS - len(told))]
    other = "other" if len(places) <= _MOST_SOLID else "one"
    spots = [
        Spot(
            _ranks(found) if (size, accuracy) in told else "",
            size / 1e6,
            accuracy,
            f"{_names(found)}: {size / 1e6:.2f} MB, {accuracy:.2%}",
            "ships" if found[0].on_front else other,
        )
        for (size, accuracy), found in sorted(places.items(), key=lambda it: it[1][0].on_front)
    ]
    note = msg(
        "by rank; up and to the left is better; the line joins what nothing else beats in both"
    )
    drawing = scatter(spots, "size and accuracy in validation, by member", "MB", percent)
    return Figure(msg("size and accuracy in validation"), note, drawing)


def _ranks(found: Sequence[Member]) -> str:
    ranks = [str(row.rank) for row in found]
    return ", ".join(ranks) if len(ranks) < 4 else f"{ranks[0]}, … {len(ranks)}"


def _names(found: Sequence[Member]) -> str:
    return cut(", ".join(row.name for row in found[:3]), 100) + ("…" if len(found) > 3 else "")


def _tests(rows: Sequence[Member]) -> Figure | None:
    drawn = [
        Row(
            _name(row),
            f"{score:.2%}" + (f" ({it.low:.1%}–{it.high:.1%})" if it else ""),
            score,
            it.low if it else None,
            it.high if it else None,
            "ships" if row.rank else "other",
        )
        for row in rows
        if row.test and row.test.accuracy is not None
        for score, it in ((row.test.accuracy, row.test.interval),)
    ]
    if not drawn:
        return None
    note = msg("with its 95 % interval, in the order of validation: it chose nothing")
    told = _of(note, len(drawn[:MOST_ROWS]), len(drawn))
    drawing = dots(drawn[:MOST_ROWS], "accuracy on the test set, by member", percent)
    return Figure(msg("accuracy on the test set"), told, drawing)


def _latencies(rows: Sequence[Member]) -> Figure | None:
    drawn = [
        Row(_name(row), f"{it:.1f} ms", it, kind="ships" if row.rank else "other")
        for row in rows
        for it in (row.test.latency_ms if row.test else None,)
        if it is not None
    ]
    if not drawn:
        return None
    told = _of(msg("p50, of one image"), len(drawn[:MOST_ROWS]), len(drawn))
    return Figure(msg("latency in ms"), told, bars(drawn[:MOST_ROWS], "latency in ms, by member"))


def _learning(rows: Sequence[Member], curves: Curves) -> Figure | None:
    found = [row for row in rows if curves.get(row.name)]
    drawn = [Curve(_name(row), curves[row.name]) for row in found[:MOST_CURVES]]
    drawing = many_curves(drawn, "accuracy in validation, by step", (msg("steps"), percent))
    if drawing is None:
        return None
    many = sum(row.validation is not None for row in rows)
    return Figure(
        msg("learning curves"), _of(msg("accuracy in validation"), len(drawn), many), drawing
    )


def _settings(table: Table, rows: Sequence[Member]) -> Iterator[Figure | None]:
    """Give a drawing for each setting in which members differ: their accuracies by its value."""
    trained = [row for row in rows if row.validation]
    for setting in table.varied[:_MOST_SETTINGS]:
        values: dict[str, list[float]] = {}
        for row in trained:
            if row.validation:
                values.setdefault(setting_of(row, setting), []).append(row.validation.accuracy)
        if len(values) < 2:
            continue
        drawn = sorted(
            (
                Strip(cut(value, _LONGEST), _mean(found), fmean(found), values=tuple(found))
                for value, found in values.items()
            ),
            key=lambda strip: -strip.value,
        )
        note = msg("accuracy in validation; a dot a member, the stroke is their mean")
        told = _of(note, len(drawn[:_MOST_VALUES]), len(drawn))
        label = f"accuracy in validation, by {setting}"
        yield Figure(setting, told, strips(drawn[:_MOST_VALUES], label, percent))


def _mean(found: Sequence[float]) -> str:
    return f"{fmean(found):.2%}" + (f" (n = {len(found)})" if len(found) > 1 else "")


def _costs(
    rows: Sequence[Member],
    heading: str,
    of: Callable[[Cost], float | None],
    form: Callable[[float], str],
) -> Figure | None:
    stages = [name for name in STAGES if any(name in row.stages for row in rows)]
    drawn = []
    for row in rows:
        parts = [of(row.stages[name]) if name in row.stages else 0.0 for name in stages]
        known = tuple(part for part in parts if part is not None)
        if row.stages and len(known) == len(parts):
            total = sum(known)
            drawn.append(Stack(_name(row), form(total), total, parts=known))
    if not any(stack.value for stack in drawn):
        return None
    note = msg("each stage where it was made: what the member would take alone")
    told = _of(note, len(drawn[:MOST_ROWS]), len(drawn))
    return Figure(heading, told, stacks(drawn[:MOST_ROWS], stages, f"{heading}, by member", form))
