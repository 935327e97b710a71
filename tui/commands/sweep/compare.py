"""``paddock sweep compare``: two members of the last table beside each other."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.table import Table as Drawing
from rich.text import Text

from pipeline.errors import UsageError
from pipeline.project import Project, load_project
from pipeline.project.schema import OUT_OF_SWEEP
from pipeline.record.runs import latest_sweep
from pipeline.sweep.compare import (
    Section,
    compare_members,
    compared_markdown,
    compared_plain,
    sections,
    shortened,
)
from pipeline.sweep.deliver import TABLE_JSON
from pipeline.sweep.table import Table, load_table
from pipeline.text import one_line
from stages.contract import Exit
from stages.files import write_text
from tui.console import Terminal
from tui.language import _, translated


def compare(words: Sequence[str], options: argparse.Namespace, terminal: Terminal) -> int:
    """Print what differs between two members: ``words`` are their names, and perhaps the project."""
    if len(words) not in (2, 3):
        raise UsageError(
            _("name two members"), remedy=_("as in: paddock sweep compare A B [PROJECT]")
        )
    if options.format == "html":
        raise UsageError(
            _("two members are compared as {forms}").format(forms="text, md"),
            "--format",
            _("all about two runs is a page: paddock report --compare A B --format html"),
        )
    project = load_project(Path(words[2] if len(words) > 2 else "."))
    found = compare_members(project, last_table(project, terminal), (words[0], words[1]))
    if options.json:
        put(json.dumps(compared_plain(found), indent=2), options, terminal)
    elif options.format == "md":
        put(compared_markdown(found), options, terminal)
    else:
        refuse_output(options)
        for section in map(shortened, sections(found)):
            _draw(section, terminal)
    return Exit.OK


def put(text: str, options: argparse.Namespace, terminal: Terminal) -> None:
    """Print a text, or write it into the file that is asked for."""
    if options.output:
        write_text(options.output, text.rstrip("\n") + "\n")
    else:
        terminal.raw(text.rstrip("\n"))


def refuse_output(options: argparse.Namespace) -> None:
    """Refuse to write into a file what is drawn for a terminal.

    Raises:
        UsageError: that is asked for.
    """
    if options.output:
        raise UsageError(
            _("what is drawn for a terminal is not written into a file"),
            "--output",
            _("choose one of: {known}").format(known="--format md, --format html, --json"),
        )


def last_table(project: Project, terminal: Terminal) -> Table:
    """Return the project's table, and say if a later sweep left none.

    Raises:
        UsageError: there is none.
    """
    table = load_table(project.folder / OUT_OF_SWEEP / TABLE_JSON)
    if (newest := latest_sweep(project.state)) > table.sweep:
        told = _("! this is the table of sweep {sweep}; a later one has none (yet): {newest}")
        terminal.note(told.format(sweep=one_line(table.sweep), newest=newest))
    return table


def _draw(section: Section, terminal: Terminal) -> None:
    if not section.rows and not section.notes:
        return
    terminal.print(translated(section.heading))
    if section.rows:
        drawing = Drawing(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
        for head in section.heads:
            drawing.add_column(Text(one_line(translated(head))), overflow="fold")
        for row in section.rows:
            drawing.add_row(*(Text(one_line(translated(value))) for value in row))
        terminal.results.print(drawing)
    for note in section.notes:
        terminal.print(translated(note))
