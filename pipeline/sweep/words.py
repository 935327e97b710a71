"""The table of a sweep in words: heads, cells and sentences, for a terminal and for Markdown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pipeline.record.verdict import read_verdict
from pipeline.sweep.table import Row, Table
from pipeline.tasks import NONE
from pipeline.text import human_seconds, human_size
from stages.message import msg


@dataclass(frozen=True)
class Column:
    """A column: its head, and what it says of a member."""

    title: str
    cell: Callable[[Row], str]


def _share(value: float | None) -> str:
    return NONE if value is None else f"{value:.2%}"


def _number(value: float | None, form: str) -> str:
    return NONE if value is None else format(value, form)


def _interval(row: Row) -> str:
    if row.test is None or row.test.interval is None:
        return ""
    return f" ({row.test.interval.low:.1%}-{row.test.interval.high:.1%})"


def _verdict(row: Row) -> str:
    verdict = read_verdict(row.verdict)
    return verdict.words if verdict else _STATES[row.state]


_STATES = {
    "done": msg("done"),
    "failed": msg("failed"),
    "stopped": msg("stopped"),
    "not begun": msg("not begun"),
}

#: All columns, in the order of a table.
COLUMNS = (
    Column(msg("rank"), lambda row: NONE if row.rank is None else str(row.rank)),
    Column(msg("member"), lambda row: row.name or NONE),
    Column(
        msg("validation"), lambda row: _share(row.validation.accuracy if row.validation else None)
    ),
    Column(msg("front"), lambda row: "*" if row.on_front else ""),
    Column(
        msg("test (95 %)"),
        lambda row: _share(row.test.accuracy if row.test else None) + _interval(row),
    ),
    Column(msg("NED"), lambda row: _number(row.test.ned if row.test else None, ".4f")),
    Column(msg("agreement"), lambda row: _share(row.test.agreement if row.test else None)),
    Column(
        msg("size"),
        lambda row: human_size(row.test.size) if row.test and row.test.size is not None else NONE,
    ),
    Column(msg("p50 ms"), lambda row: _number(row.test.latency_ms if row.test else None, ".1f")),
    Column(msg("time"), lambda row: NONE if row.seconds is None else human_seconds(row.seconds)),
    Column(msg("CPU s"), lambda row: _number(row.cpu_seconds, ".0f")),
    Column(msg("verdict"), _verdict),
)


#: Of a sweep over several projects, before all others.
_PROJECT = Column(msg("project"), lambda row: row.project)
#: Of members on a Swarm: each node that had it, the one of its result last.
_NODES = Column(msg("node"), lambda row: " → ".join(row.nodes) or NONE)


def columns(table: Table) -> tuple[Column, ...]:
    """Return the columns that a table has whatever its members' settings are."""
    found = (_PROJECT, *COLUMNS) if table.projects else COLUMNS
    return (*found, _NODES) if any(row.nodes for row in table.rows) else found


def titles(table: Table) -> tuple[str, ...]:
    """Return the heads of the columns, with one for each setting in which members differ."""
    return (*(column.title for column in columns(table)), *table.varied)


def rows(table: Table) -> list[list[str]]:
    """Return one row a member, each with a cell for every one of the :func:`titles`."""
    varied, own = table.varied, columns(table)
    return [
        [
            *(column.cell(row) for column in own),
            *(setting_of(row, name, NONE) for name in varied),
        ]
        for row in table.rows
    ]


def setting_of(row: Row, name: str, unset: str = msg("as in paddock.toml")) -> str:
    """Return what a member sets a setting to; ``unset`` if that is as the file says."""
    return value_words(row.settings[name]) if name in row.settings else unset


def value_words(value: Any) -> str:
    """Return a setting's value as ``paddock.toml`` has it, but for the quotes of a text."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def choice(table: Table) -> str:
    """Say by what members are ranked, and what the mark is."""
    if not any(row.rank for row in table.rows):
        return msg("no member has a rank: none was trained, measured and found fit to ship")
    if table.projects:
        return msg(
            "ranked within each project by accuracy on its own validation set, which chose each member's "
            "checkpoint as well; the test set chooses nothing. Accuracies on other images are not "
            "comparable, so no project stands before another. {mark}: on its project's Pareto front of size "
            "against validation accuracy",
            "*",
        )
    return msg(
        "ranked by accuracy on the validation set, which chose each member's checkpoint as well; the test "
        "set chooses nothing. {mark}: on the Pareto front of size against validation accuracy",
        "*",
    )


def doubts(table: Table) -> Iterator[str]:
    """Say why numbers of members may not be comparable."""
    if table.validation_sets > 1 and not table.projects:
        yield msg(
            "members were validated on {count} different sets: their ranks compare what is not alike",
            table.validation_sets,
        )
    if table.jobs > 1:
        yield msg(
            "{jobs} members ran at once: each slowed the others, in times as well", table.jobs
        )
    for row in table.rows:
        if len(row.nodes) > 1:
            yield msg(
                "{name} was started {count} times, on {nodes}: time and CPU are the last one's alone",
                row.name,
                len(row.nodes),
                ", ".join(row.nodes),
            )


def reasons(table: Table) -> dict[str, list[str]]:
    """Return why members failed, and the names of those that each reason had."""
    found: dict[str, list[str]] = {}
    for row in table.rows:
        if row.message:
            found.setdefault(row.message, []).append(named(row))
    return found


def failures(table: Table) -> Iterator[str]:
    """Say of each member that failed why."""
    for row in table.rows:
        if row.message:
            yield msg("{name}: {why}", named(row), row.message)


def named(row: Row) -> str:
    """Return what a member is called, among those of several projects as well."""
    return "/".join(filter(None, (row.project, row.name)))
