"""The table of a sweep as files, beside what its members delivered in ``out.sweep/``."""

from __future__ import annotations

from pathlib import Path

from pipeline.project import Project
from pipeline.project.schema import OUT_OF_SWEEP
from pipeline.record.events import Delivered
from pipeline.report.markdown import escaped
from pipeline.report.markdown import table as lines_of
from pipeline.sweep.table import Table
from pipeline.sweep.words import choice, doubts, failures, rows, titles
from stages.files import write_text

#: The files by name.
TABLE_JSON, TABLE_MARKDOWN, TABLE_PAGE = "sweep.json", "sweep.md", "report.html"


def deliver_table(project: Project, table: Table) -> Delivered:
    """Write the table, in the place of the last sweep's."""
    return write_table(project.folder / OUT_OF_SWEEP, table)


def write_table(folder: Path, table: Table) -> Delivered:
    """Write the table's files into a folder, which is made if it is not there."""
    folder.mkdir(exist_ok=True)
    write_text(folder / TABLE_JSON, table.dump())
    write_text(folder / TABLE_MARKDOWN, render_markdown(table))
    write_text(folder / TABLE_PAGE, render_page(table, folder))
    return Delivered(str(folder), (TABLE_JSON, TABLE_MARKDOWN, TABLE_PAGE))


def render_page(table: Table, folder: Path, seen_from: Path | None = None) -> str:
    """Draw ``table`` as a page, which is in ``folder``, ``out.sweep/``, or in another one."""
    from pipeline.sweep import page  # noqa: PLC0415 - the template engine, which a plan needs not

    return page.render_page(table, folder, seen_from)


def render_markdown(table: Table) -> str:
    """Draw ``table`` as Markdown."""
    lines = [
        f"# {escaped(table.project)}: {len(table.rows)} members",
        "",
        escaped(choice(table)),
        "",
    ]
    lines += [*lines_of(titles(table), rows(table)), ""]
    lines += [f"- {escaped(line)}" for line in (*doubts(table), *failures(table))]
    return "\n".join(lines).rstrip("\n") + "\n"
