"""The table of a sweep as one self-contained page, beside what its members delivered."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup

from pipeline.project.schema import OUT_OF_SWEEP
from pipeline.record.verdict import Verdict, read_verdict
from pipeline.report.html import PAGE_FILE
from pipeline.report.model import REPORT_FILE, ReportError, load_report
from pipeline.report.page.contents import Banner, Tile
from pipeline.report.page.contents import Table as Cells
from pipeline.report.page.draw import templates
from pipeline.report.page.many import MOST_CURVES
from pipeline.report.page.say import cell, tag
from pipeline.report.training import series
from pipeline.sweep.figures import Curves, figures
from pipeline.sweep.table import Row, Table
from pipeline.sweep.words import choice, doubts, reasons, rows, titles
from pipeline.tasks import NONE
from pipeline.text import human_seconds, human_size
from stages.message import msg

#: So many members are in sight, the others are folded; so many of those that failed for one reason are named.
IN_SIGHT, _NAMED = 50, 20


def render_page(table: Table, folder: Path, seen_from: Path | None = None) -> str:
    """Draw ``table`` as a page.

    Args:
        table: that is drawn.
        folder: ``out.sweep/``, in which members' own reports are linked and their learning curves read.
        seen_from: where the page will be, if it is not in there.
    """
    cells = _cells(table, folder, seen_from or folder)
    seen, folded = (
        Cells(cells.titles, part) for part in (cells.rows[:IN_SIGHT], cells.rows[IN_SIGHT:])
    )
    return (
        templates()
        .get_template("sweep.html.j2")
        .render(
            table=table,
            banner=_banner(table),
            tiles=list(_tiles(table)),
            choice=choice(table),
            doubts=list(doubts(table)),
            members=seen,
            folded=folded,
            figures=list(figures(table, _curves(table, folder))),
            failures=[(why, names[:_NAMED], len(names)) for why, names in reasons(table).items()],
        )
    )


def _banner(table: Table) -> Banner:
    count, best = sum(bool(row.name) for row in table.rows), _best(table)
    words = msg("1 member") if count == 1 else msg("{count} members", f"{count:,}")
    if best is None:
        return Banner("fail", "✘", words, msg("none of them has a rank"))
    sentence = (
        msg("of {count} projects", len(table.projects))
        if table.projects
        else msg("first by validation: {name}", best.name)
    )
    if (unfit := sum(row.rank is None for row in table.rows)) > 0:
        told = msg("{sentence}; {count} without a rank", sentence, f"{unfit:,}")
        return Banner("warn", "!", words, told)
    return Banner("pass", "✔", words, sentence)


def _best(table: Table) -> Row | None:
    return next((row for row in table.rows if row.rank == 1), None)


def _tiles(table: Table) -> Iterator[Tile]:
    """Give the numbers of the first, and what all took."""
    best = None if table.projects else _best(table)
    if best and best.validation:
        ned = msg("NED {ned}", f"{best.validation.ned:.4f}")
        yield Tile(msg("validation of {model}", best.name), f"{best.validation.accuracy:.2%}", ned)
    test = best.test if best else None
    if test and test.accuracy is not None:
        it = test.interval
        note = msg("95 %: {low} to {high}", f"{it.low:.1%}", f"{it.high:.1%}") if it else ""
        yield Tile(msg("test set, {model}", test.model), f"{test.accuracy:.2%}", note)
    if test and test.size is not None:
        yield Tile(msg("size of {model}", test.model), human_size(test.size), "")
    alone = msg("one after the other from nothing: {alone}", human_seconds(table.alone_seconds))
    yield Tile(msg("stages took"), human_seconds(table.seconds), alone)


def _cells(table: Table, folder: Path, seen_from: Path) -> Cells:
    heads = titles(table)
    place = heads.index("member")
    first = [heads.index("project")] if table.projects else []
    order = [*first, place, *(at for at in range(len(heads)) if at not in (place, *first))]
    made = []
    for row, told in zip(table.rows, rows(table), strict=True):
        cells: list[Markup] = [cell(value) for value in told]
        cells[place] = _linked(row, _home(row, folder), seen_from)
        if table.projects:
            cells[0] = _link(cells[0], _home(row, folder), seen_from)
        made.append(tuple(cells[at] for at in order))
    return Cells(tuple(heads[at] for at in order), tuple(made))


def _home(row: Row, folder: Path) -> Path:
    """Return where a member's folder is: of several projects each has its own."""
    return folder.parent / row.project / OUT_OF_SWEEP if row.project else folder


def _linked(row: Row, home: Path, seen_from: Path) -> Markup:
    """Return the member's name, which leads to its own report if there is one.

    What an earlier sweep delivered stays in ``MEMBER/`` when it fails now; what a guard refuses is nowhere.
    """
    name, verdict = cell(row.name or NONE), read_verdict(row.verdict)
    if verdict is None or verdict is Verdict.GUARD:
        return name
    own = row.name if verdict.delivers else f"{row.name}.failed"
    return _link(name, home / own, seen_from)


def _link(text: Markup, place: Path, seen_from: Path) -> Markup:
    """Return a text that leads to the page at a place, as seen from another, if there is one."""
    page = place / PAGE_FILE
    if not page.is_file():
        return text
    return tag("a", text, href=quote(Path(os.path.relpath(page, seen_from)).as_posix()))


def _curves(table: Table, folder: Path) -> Curves:
    """Return the learning curves of the best members that have one, from their own reports."""
    found: dict[str, Sequence[tuple[float, float]]] = {}
    for row in () if table.projects else table.rows:
        if len(found) == MOST_CURVES:
            break
        if row.validation and (points := _curve(row, folder)):
            found[row.name] = points
    return found


def _curve(row: Row, folder: Path) -> Sequence[tuple[float, float]]:
    """Return a member's curve; nothing if its folder holds no report, or another run's."""
    try:
        trained = load_report(folder / row.name / REPORT_FILE).training
    except ReportError:
        return ()
    if trained is None or row.validation is None:
        return ()
    is_same = (trained.accuracy, trained.ned) == (row.validation.accuracy, row.validation.ned)
    return series(trained, "val_accuracy") if is_same else ()
