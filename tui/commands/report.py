"""``paddock report``"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.project import load_project
from pipeline.record.devices import read_devices
from pipeline.report.comparison_forms import comparison_json, comparison_markdown
from pipeline.report.devices import with_devices
from pipeline.report.find import Found, find, newest
from pipeline.report.html import Beside, render_comparison, render_html
from pipeline.report.junit import render_junit
from pipeline.report.markdown import render_markdown
from pipeline.report.model import Report
from pipeline.report.reports_compared import (
    ReportComparison,
    compare_reports,
    ledger_of,
    with_last_other,
)
from stages.contract import Exit
from stages.files import write_text
from tui.console import Terminal
from tui.language import _

DESCRIPTION = """\
Print the report of a run that compared models: of the newest one, or of any other. A run that a guard
refused has one too.

  paddock report                                  Markdown for a pull request; long parts are folded
  paddock report --format html --output page.html the page that out/report.html is, with its pictures
  paddock report --format junit                   the verdict, each limit, model and guard as a test case
  paddock report --format json                    everything, as docs/report.schema.json describes it
  paddock report --run 20261129-041826-e305       another run than the newest
  paddock report --run out.sweep/MEMBER           that of a member of a sweep
  paddock report --compare A B                    what differs between two runs: what they were given,
                                                  images, hashes, numbers, and each line that is read
                                                  otherwise, with how likely chance alone does as much

A run is named by its name or the beginning or end of it, as `ls .paddock/runs` shows it, by a folder (a
project, its out/, a run's), or by a report.json, which may be another project's or machine's."""


def _as_json(report: Report, _beside: Beside) -> str:
    """Return it in ASCII: labels in it may hold what drives a terminal."""
    return json.dumps(report.plain(), indent=2, sort_keys=True)


_FORMS: dict[str, Callable[[Report, Beside], str]] = {
    "md": lambda report, _beside: render_markdown(report),
    "html": render_html,
    "json": _as_json,
    "junit": lambda report, _beside: render_junit(report),
}
_COMPARED: dict[str, Callable[[ReportComparison], str]] = {
    "md": comparison_markdown,
    "html": render_comparison,
    "json": comparison_json,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add = parser.add_argument
    add(
        "project",
        nargs="?",
        default=".",
        metavar="PROJECT",
        help="folder with paddock.toml (default: .)",
    )
    add("--format", choices=_FORMS, default="md", help="what to print (default: md)")
    add("--run", metavar="RUN", help="the run, instead of the newest that has a report")
    add(
        "--compare",
        nargs=2,
        metavar=("A", "B"),
        help="what differs from run A to run B; md, html or json",
    )
    add("--output", type=Path, metavar="FILE", help="write into a file instead")


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Print what is asked for: the newest report is ``out/``'s, or that of a later run that failed."""
    text = _compared(options) if options.compare else _reported(options)
    if options.output:
        write_text(options.output, text.rstrip("\n") + "\n")
    else:
        terminal.raw(text.rstrip("\n"))
    return Exit.OK


def _compared(options: argparse.Namespace) -> str:
    draw = _COMPARED.get(options.format)
    if draw is None:
        message = _("two runs are compared as {forms}").format(forms=", ".join(_COMPARED))
        raise UsageError(message, "--format")
    before, now = (find(name, Path(options.project)) for name in options.compare)
    return draw(compare_reports(before.side, now.side))


def _reported(options: argparse.Namespace) -> str:
    folder = Path(options.project)
    if options.run:
        found = find(options.run, folder)
        state = found.run.state if found.run else None
    else:
        project = load_project(folder)
        found, state = newest(project.folder), project.state
    beside = _beside(found) if options.format == "html" else Beside()
    devices = read_devices(state) if state else ()
    return _FORMS[options.format](with_devices(found.report, devices), beside)


def _beside(found: Found) -> Beside:
    """Return what a page has beside its report; one that lies alone has nothing."""
    if found.run is None:
        return Beside()
    state = found.run.state
    before = with_last_other(state, ledger_of(state), found.report, found.side)
    return Beside(load_project(state.parent).data_root, before)
