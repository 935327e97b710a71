"""Two members of a sweep beside each other: settings, numbers, stages, lines that only one reads right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from pipeline.errors import UsageError
from pipeline.project import Project
from pipeline.project.schema import OUT_OF_SWEEP
from pipeline.record.runs import run_folder
from pipeline.report.find import find
from pipeline.report.lines_compared import LineChange, Paired, changed_lines, paired
from pipeline.report.markdown import escaped
from pipeline.report.markdown import table as lines_of
from pipeline.report.model import Report
from pipeline.report.reports_compared import ReportComparison, compare_reports, side_of_run
from pipeline.report.runs_compared import Side, StagePair, compare
from pipeline.sweep.table import Row, Table
from pipeline.sweep.words import COLUMNS, setting_of
from pipeline.tasks import NONE
from pipeline.text import nearest
from stages.message import joined, msg

#: Longer lists are cut, saying so; JSON has them all.
_MOST = 50
#: Columns of the table that are no number of a member's.
_NO_NUMBERS = ("member", "front")


@dataclass(frozen=True)
class Compared:
    """Two members; all that the table and the records of their runs know of them."""

    before: Row
    now: Row
    settings: tuple[tuple[str, str, str], ...]
    """in which they differ"""
    stages: tuple[StagePair, ...]
    reports: ReportComparison | None
    """missing where one of them has no report"""
    lines: tuple[LineChange, ...] = ()
    """what only one of them reads right, model by model"""
    paired: tuple[Paired, ...] = ()
    """how often that is"""


@dataclass(frozen=True)
class Section:
    """A part of what is said: a heading, a table, and what to know to read it."""

    heading: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


def compare_members(project: Project, table: Table, names: tuple[str, str]) -> Compared:
    """Hold two members of a sweep's table against each other, the first as the reference.

    Raises:
        UsageError: the table has no member of a name, or one of them was not begun.
    """
    before, now = (_row(table, name) for name in names)
    sides = _side(project, before), _side(project, now)
    reports = compare_reports(*sides) if all(side.report for side in sides) else None
    compared = (
        [(reports.lines, reports.paired), _files_apart(before, now, reports)] if reports else []
    )
    settings = (
        (name, setting_of(before, name), setting_of(now, name))
        for name in sorted({*before.settings, *now.settings})
    )
    return Compared(
        before,
        now,
        tuple(it for it in settings if it[1] != it[2]),
        compare(*sides).stages,
        reports,
        tuple(line for lines, _pairs in compared for line in lines if line.trend != "other"),
        tuple(pair for _lines, pairs in compared for pair in pairs),
    )


def _files_apart(
    before: Row, now: Row, reports: ReportComparison
) -> tuple[tuple[LineChange, ...], tuple[Paired, ...]]:
    """Hold the files that stand for two members against each other where they are of two kinds.

    What both have under one name is compared anyway; a file with integers and one without have none.
    """
    names = [row.test.model if row.test else "" for row in (before, now)]
    if not reports.same_images or not all(names) or names[0] == names[1]:
        return (), ()
    both = " / ".join(names)
    sides = zip((reports.before, reports.now), names, strict=True)
    old, new = (_only(report, name, both) for report, name in sides)
    return tuple(changed_lines(old, new)), paired(old, new)


def _only(report: Report, name: str, called: str) -> Report:
    """Return a report that has one of its models only, under another name."""
    models = tuple(replace(it, name=called) for it in report.models if it.name == name)
    lines = tuple(
        replace(it, found={called: it.found[name]}) for it in report.mismatches if name in it.found
    )
    return report.model_copy(update={"models": models, "mismatches": lines})


def _row(table: Table, name: str) -> Row:
    found = next((row for row in table.rows if row.name == name), None)
    if found is None:
        known = [row.name for row in table.rows]
        raise UsageError(
            msg("the table has no member {name}{nearest}", repr(name), nearest(name, known)),
            remedy=msg("`paddock sweep table` names them"),
        )
    if found.state == "not begun":
        raise UsageError(
            msg("the member {name} was not begun: it has nothing to compare", name),
            remedy=msg("run it first: paddock sweep --member {name}", name),
        )
    return found


def _side(project: Project, row: Row) -> Side:
    """Return what is known of a member's run: its record, or else the report that was delivered."""
    with suppress(ValueError):
        run = run_folder(project.state, row.run)
        if run.path.is_dir():
            return side_of_run(run)
    return find(str(project.folder / OUT_OF_SWEEP / row.name), project.folder).side


def sections(found: Compared) -> Iterator[Section]:
    """Give what is said of two members, part by part."""
    beside = (found.before.name, found.now.name)
    yield Section(msg("Settings that differ"), (msg("setting"), *beside), found.settings)
    numbers = [
        (column.title, column.cell(found.before), column.cell(found.now))
        for column in COLUMNS
        if column.title not in _NO_NUMBERS
    ]
    was, has = (it.test.model if it.test else NONE for it in (found.before, found.now))
    numbers.insert(0, (msg("measured of"), was, has))
    yield Section(
        msg("Numbers"),
        (msg("number"), *beside),
        tuple(it for it in numbers if it[1:] != (NONE, NONE)),
    )
    yield _stages(found.stages)
    if found.reports is None:
        return
    if not found.reports.same_images:
        note = msg("They have other test images or labels, so no line can be held against another.")
        yield Section(msg("Lines that only one reads right"), (), (), (note,))
        return
    yield _paired(found.paired, beside)
    heads = (msg("image"), msg("model"), msg("label"), *beside)
    models: dict[tuple[str, ...], list[str]] = {}  # most often all models read a line alike
    for it in found.lines:
        models.setdefault((it.image, it.label, it.before, it.now), []).append(it.model)
    rows = ((image, ", ".join(names), *rest) for (image, *rest), names in models.items())
    yield Section(msg("Lines that only one reads right"), heads, tuple(rows))


def _stages(stages: tuple[StagePair, ...]) -> Section:
    """Say which stages both have in common, and what those differ in that they have not."""
    apart = [
        pair
        for pair in stages
        if pair.origin in ("changed", "absent")
        or (pair.before == "skipped") != (pair.now == "skipped")
    ]
    rows = []
    for pair in stages:
        if pair.before == pair.now == "skipped":
            why = msg("skipped by both")
        elif pair in apart and "skipped" in (pair.before, pair.now):
            why = msg("only one has it")
        elif pair.origin == "same":
            why = msg("shared")
        elif pair.origin == "changed":
            after = (msg("what {stage} made", stage) for stage in pair.follows)
            why = joined("; ", [*pair.changes, *after])
        else:
            why = msg("not on record") if pair.origin == "unknown" else msg("only one has it")
        rows.append((pair.stage, why))
    note = (
        msg("they part at {stage}", apart[0].stage)
        if apart
        else msg("all that is on record is shared")
    )
    return Section(msg("Stages"), (msg("stage"), msg("what differs")), tuple(rows), (note,))


def _paired(pairs: Sequence[Paired], names: tuple[str, str]) -> Section:
    """Say of each model how often only one of them is right, and whether chance alone does as much."""
    rows = tuple(
        (
            it.model,
            str(it.worse),
            str(it.better),
            f"{it.p:.3g}",
            msg("chance does as much") if it.is_chance else msg("hardly chance"),
        )
        for it in pairs
    )
    only = [msg("only {name} is right", name) for name in names]
    heads = (msg("model"), *only, msg("p (McNemar, exact)"), "")
    note = msg("the test set chooses nothing: members are ranked by validation")
    return Section(msg("Image by image"), heads, rows, (note,) if rows else ())


def shortened(section: Section) -> Section:
    """Return the part with as many rows as one reads, saying how many there are more."""
    if (rest := len(section.rows) - _MOST) <= 0:
        return section
    note = msg("… and {count} more: --json has all", rest)
    return Section(section.heading, section.heads, section.rows[:_MOST], (*section.notes, note))


def compared_markdown(found: Compared) -> str:
    """Return what differs, as Markdown."""
    lines = [f"# {escaped(found.before.name)} → {escaped(found.now.name)}"]
    for section in map(shortened, sections(found)):
        if section.rows or section.notes:
            lines += ["", f"## {escaped(section.heading)}"]
            lines += [line for note in section.notes for line in ("", escaped(note))]
            lines += ["", *lines_of(section.heads, section.rows)] if section.rows else []
    return "\n".join(lines) + "\n"


def compared_plain(found: Compared) -> dict[str, Any]:
    """Return what differs, for JSON: both rows of the table, and all else that is said."""
    reports = found.reports
    return {
        "schema_version": 1,
        "before": found.before.model_dump(mode="json", exclude_none=True),
        "now": found.now.model_dump(mode="json", exclude_none=True),
        "settings": [{"setting": name, "before": was, "now": has} for name, was, has in found.settings],
        "stages": [
            {"stage": it.stage, "origin": it.origin, "changes": [*map(str, it.changes)],
             "follows": [*it.follows]}
            for it in found.stages
        ],
        "same_images": bool(reports and reports.same_images),
        "paired": [
            {"model": it.model, "images": it.images, "only_before": it.worse, "only_now": it.better,
             "p": it.p}
            for it in found.paired
        ],
        "lines": [
            {"image": it.image, "model": it.model, "label": it.label, "before": it.before, "now": it.now}
            for it in found.lines
        ],
    }  # fmt: skip
