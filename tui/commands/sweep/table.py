"""``paddock sweep table``: the last table again, on the terminal or as a file."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.cells import cell_len
from rich.table import Table as Drawing
from rich.text import Text

from pipeline.project import load_project
from pipeline.project.schema import OUT_OF_SWEEP
from pipeline.sweep.deliver import TABLE_JSON, render_markdown, render_page
from pipeline.sweep.table import Table, load_table
from pipeline.sweep.words import COLUMNS, choice, doubts, failures, rows, titles
from pipeline.text import human_seconds, one_line
from stages.contract import Exit
from tui.commands.sweep.compare import last_table, put, refuse_output
from tui.console import Terminal
from tui.language import _, translated

#: Columns that are not settings; dropped first when the terminal is narrow, in this order.
_OWN = ("project", *(column.title for column in COLUMNS))
_LEAST_NEEDED = ("CPU s", "p50 ms", "time", "agreement", "NED")


def show_table(
    folder: Path, file: Path | None, options: argparse.Namespace, terminal: Terminal
) -> int:
    """Print the table of the project in ``folder``, or that of all projects that ``file`` names."""
    if file is None:
        place, table = folder / OUT_OF_SWEEP, last_table(load_project(folder), terminal)
    else:
        place = file.parent / OUT_OF_SWEEP
        table = load_table(place / TABLE_JSON)
    if options.json:
        put(json.dumps(json.loads(table.dump()), indent=2, sort_keys=True), options, terminal)
    elif options.format == "md":
        put(render_markdown(table), options, terminal)
    elif options.format == "html":
        seen_from = options.output.parent if options.output else None
        put(render_page(table, place, seen_from), options, terminal)
    else:
        refuse_output(options)
        draw(table, terminal)
    return Exit.OK


def draw(table: Table, terminal: Terminal) -> None:
    """Write the table, by what it is ranked, and what speaks against it."""
    heads, body = titles(table), rows(table)
    widths = [
        max(cell_len(translated(line[place])) for line in (heads, *body))
        for place in range(len(heads))
    ]
    shown = _fitting(heads, widths, terminal.results.width)
    drawing = Drawing(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for place in shown:
        left = heads[place] in ("project", "member")
        head = Text(one_line(translated(heads[place])))
        drawing.add_column(head, justify="left" if left else "right")
    for row in body:
        drawing.add_row(*(Text(one_line(translated(row[place]))) for place in shown))
    terminal.results.print(drawing)
    terminal.print(translated(choice(table)))
    for line in (*doubts(table), *failures(table)):
        terminal.print(f"! {translated(line)}")
    made, alone = human_seconds(table.seconds), human_seconds(table.alone_seconds)
    told = _("stages took {made}; all of them, one run after the other from nothing: {alone}")
    terminal.print(told.format(made=made, alone=alone))


def _fitting(heads: Sequence[str], widths: Sequence[int], width: int) -> list[int]:
    """Return the places of the columns that fit: settings, which names tell as well, go first."""
    shown = list(range(len(heads)))
    settings = [place for place in shown if heads[place] not in _OWN]
    least = [heads.index(title) for title in _LEAST_NEEDED]
    for place in (*reversed(settings), *least):
        if sum(widths[kept] + 3 for kept in shown) <= width:
            break
        shown.remove(place)
    return shown
