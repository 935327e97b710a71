"""The table of a sweep as files, beside what its members delivered in ``out.sweep/``."""

from __future__ import annotations

from pipeline.project import Project
from pipeline.project.schema import OUT_OF_SWEEP
from pipeline.record.events import Delivered
from pipeline.report.markdown import escaped
from pipeline.report.markdown import table as lines_of
from pipeline.sweep.table import Table
from pipeline.sweep.words import choice, doubts, failures, rows, titles
from stages.files import write_text

#: The files by name.
TABLE_JSON, TABLE_MARKDOWN = "sweep.json", "sweep.md"


def deliver_table(project: Project, table: Table) -> Delivered:
    """Write the table, in the place of the last sweep's."""
    folder = project.folder / OUT_OF_SWEEP
    folder.mkdir(exist_ok=True)
    write_text(folder / TABLE_JSON, table.dump())
    write_text(folder / TABLE_MARKDOWN, render_markdown(table))
    return Delivered(str(folder), (TABLE_JSON, TABLE_MARKDOWN))


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
