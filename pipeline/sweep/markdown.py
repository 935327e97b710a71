"""The table of a sweep as Markdown."""

from __future__ import annotations

from pipeline.report.markdown import escaped
from pipeline.report.markdown import table as lines_of
from pipeline.sweep.table import Table
from pipeline.sweep.words import choice, doubts, failures, rows, titles


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
