"""The columns of a sweep on the screen: what each says of a member, and how it sorts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from pipeline.record.verdict import read_verdict
from pipeline.sweep.table import Row
from pipeline.sweep.words import value_words
from pipeline.text import human_seconds, human_size, one_line
from tui.appearance import Mark, symbol, verdict_mark
from tui.language import N_, _, translated
from tui.progress import share_of
from tui.views.sweep import MemberView, State, SweepView
from tui.widgets.columns import Side

#: A member, and its row with its rank; None until it is over.
Cell = Callable[[MemberView, Row | None], Text]
#: Rows are sorted by these, the smallest first; None is last in both directions.
SortKey = Callable[[MemberView, Row | None], Any]

_STATES: dict[State, tuple[Mark, str, str]] = {
    "running": ("running", N_("running"), "bold"),
    "waiting": ("waiting", N_("waiting"), "dim"),
    "done": ("done", N_("done"), "green"),
    "failed": ("failed", N_("failed"), "bold red"),
    "stopped": ("stopped", N_("stopped"), "yellow"),
    "not begun": ("skipped", N_("not begun"), "dim"),
}
#: What is looked for first: what goes on, then what needs a person.
_ORDER: tuple[State, ...] = ("running", "failed", "stopped", "waiting", "not begun", "done")


@dataclass(frozen=True)
class Column:
    """A column.

    Args:
        title: its head.
        cell: what it says.
        key: by what it is sorted.
        width: in cells, without the title; 0 for as wide as its widest cell.
        side: to which its cells are aligned.
        best_last: whether the largest come first when one sorts by it.
        short: head, cell and width where there is less room.
    """

    title: str
    cell: Cell
    key: SortKey
    width: int = 0
    side: Side = "right"
    best_last: bool = False
    short: tuple[str, Cell, int] | None = None


def state_words(state: State, count: int) -> tuple[str, str]:
    """Return how many members are in a state, with its symbol, and the style."""
    mark, word, style = _STATES[state]
    return f"{symbol(mark)} {count} " + _(word), style


def state_text(member: MemberView) -> Text:
    """Return how a member stands: what it is at and how far, or how it was judged."""
    verdict = read_verdict(member.verdict)
    if member.state == "done" and verdict is not None:
        mark, style = verdict_mark(verdict)
        return Text(f"{mark} {translated(verdict.words)}", style)
    mark_name, word, style = _STATES[member.state]
    words = _(word)
    if member.stage and member.state == "running":
        words = one_line(member.stage)
        if member.note:
            words += symbol("ellipsis")
        elif member.progress:
            words += f" {share_of(member.progress):.0%}"
    elif member.stage and member.state in ("failed", "stopped"):
        words = _("{note}: ").format(note=words) + one_line(member.stage)
    return Text(f"{symbol(mark_name)} {words}", style)


def _share(value: float | None) -> Text:
    return Text("" if value is None else f"{value:.2%}")


def _validation(member: MemberView, row: Row | None) -> Text:
    """Return the accuracy with the mark of the front; while it trains, the best so far."""
    if row is None or row.validation is None:
        return Text("" if member.validation is None else f"{member.validation:.2%}  ", "dim")
    return _share(row.validation.accuracy).append(" *" if row.on_front else "  ", "bold")


def _test(_member: MemberView, row: Row | None) -> Text:
    return _share(row.test.accuracy if row and row.test else None)


def _test_interval(member: MemberView, row: Row | None) -> Text:
    cell = _test(member, row)
    if row and row.test and row.test.interval:
        interval = row.test.interval
        cell.append(f" ({interval.low:.1%}-{interval.high:.1%})", "dim")
    return cell


def _size(row: Row | None) -> int | None:
    return row.test.size if row and row.test else None


def _of_test(name: str, form: str) -> tuple[Cell, SortKey]:
    def value(row: Row | None) -> float | None:
        found: float | None = getattr(row.test, name) if row and row.test else None
        return found

    def cell(_member: MemberView, row: Row | None) -> Text:
        number = value(row)
        return Text("" if number is None else format(number, form))

    return cell, lambda _member, row: value(row)


def _node(member: MemberView, _row: Row | None) -> Text:
    again = f" ({member.attempt})" if member.attempt > 1 else ""
    return Text(one_line(member.node or member.task) + again)


def _seconds(member: MemberView, row: Row | None) -> float | None:
    return row.seconds if row else member.seconds


def columns_of(view: SweepView) -> tuple[Column, ...]:
    """Return all columns that a sweep has, in their order; the first three are always shown."""
    size = Column(
        N_("size"),
        lambda _member, row: Text("" if (size := _size(row)) is None else human_size(size)),
        lambda _member, row: _size(row),
        8,
    )
    time = Column(
        N_("time"),
        lambda member, row: Text(
            "" if (time := _seconds(member, row)) is None else human_seconds(time)
        ),
        _seconds,
        10,
    )
    found = [
        Column(
            N_("rank"),
            lambda _member, row: Text("" if not row or row.rank is None else str(row.rank)),
            lambda _member, row: row.rank if row else None,
            4,
        ),
        Column(
            N_("member"),
            lambda member, _row: Text(one_line(member.name)),
            lambda member, _row: member.place,
            side="left",
        ),
        Column(
            N_("state"),
            lambda member, _row: state_text(member),
            lambda member, _row: (_ORDER.index(member.state), member.verdict),
            15,
            "left",
        ),
        Column(
            N_("validation"),
            _validation,
            lambda member, row: (
                row.validation.accuracy if row and row.validation else member.validation
            ),
            9,
            best_last=True,
        ),
        Column(
            N_("test (95 %)"),
            _test_interval,
            lambda _member, row: row.test.accuracy if row and row.test else None,
            21,
            best_last=True,
            short=(N_("test"), _test, 7),
        ),
        size,
        time,
    ]
    if view.on_swarm:
        node = Column(
            N_("node"), _node, lambda member, _row: (member.node, member.attempt), 12, "left"
        )
        found.insert(3, node)
    found += [_setting(name) for name in view.varied]
    found += [
        Column(N_("agreement"), *_of_test("agreement", ".2%"), 9, best_last=True),
        Column(N_("p50 ms"), *_of_test("latency_ms", ".1f"), 6),
        Column(N_("NED"), *_of_test("ned", ".4f"), 6, best_last=True),
        Column(
            N_("CPU s"),
            lambda _member, row: Text(
                "" if not row or row.cpu_seconds is None else f"{row.cpu_seconds:.0f}"
            ),
            lambda _member, row: row.cpu_seconds if row else None,
            6,
        ),
    ]
    return tuple(found)


def _setting(name: str) -> Column:
    def cell(member: MemberView, _row: Row | None) -> Text:
        is_set = name in member.settings
        return Text(one_line(value_words(member.settings[name])) if is_set else "")

    def key(member: MemberView, _row: Row | None) -> tuple[int, float, str] | None:
        value = member.settings.get(name)
        if value is None:
            return None
        is_number = isinstance(value, int | float)
        return (0, float(value), "") if is_number else (1, 0.0, str(value))

    return Column(name, cell, key)


def in_order(view: SweepView, column: Column, *, turned: bool = False) -> list[MemberView]:
    """Return the members as ``column`` sorts them; after them those of which it says nothing, by their state.

    Equal ones stand as they were planned. ``turned`` is the other way round.
    """
    rows = view.ranked
    told = [(it, column.key(it, rows.get(it.name))) for it in view.members.values()]
    known = [(it, key) for it, key in told if key is not None]
    known.sort(key=lambda pair: pair[1], reverse=column.best_last != turned)
    others = sorted((it for it, key in told if key is None), key=lambda it: _ORDER.index(it.state))
    return [*(it for it, _key in known), *others]
