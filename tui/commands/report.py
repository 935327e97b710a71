"""``paddock report``"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.project import Project, load_project
from pipeline.record.devices import read_devices
from pipeline.report.devices import with_devices
from pipeline.report.html import render_html
from pipeline.report.junit import render_junit
from pipeline.report.markdown import render_markdown
from pipeline.report.model import REPORT_FILE, Report, ReportError, load_report
from stages.contract import Exit
from tui.console import Terminal
from tui.language import _, translated

DESCRIPTION = """\
Print the report of the last run that compared models, as Markdown, HTML, JSON, or JUnit XML
(each guard and each model is a test case). A run that a guard refused has one too."""


def _as_json(report: Report) -> str:
    """Return it in ASCII: labels in it may hold what drives a terminal."""
    return json.dumps(report.plain(), indent=2, sort_keys=True)


_FORMS: dict[str, Callable[[Report], str]] = {
    "md": render_markdown,
    "html": render_html,
    "json": _as_json,
    "junit": render_junit,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("project", nargs="?", default=".", metavar="PROJECT")
    parser.add_argument("--format", choices=_FORMS, default="md")


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Print the newest report: ``out/``'s, or that of a later run that failed or was refused."""
    project = load_project(Path(options.project))
    found = list(_reports(project))
    if not found:
        remedy = _("run first: {command}").format(command="paddock --batch")
        raise UsageError(_("there is no report yet"), remedy=remedy)
    newest = max(found, key=lambda path: path.stat().st_mtime)
    report = with_devices(_read(newest), read_devices(project.state))
    terminal.raw(_FORMS[options.format](report).rstrip("\n"))
    return Exit.OK


def _reports(project: Project) -> Iterator[Path]:
    folders = (project.out, project.folder / "out.failed", *project.state.glob("runs/*"))
    yield from (path for folder in folders if (path := folder / REPORT_FILE).is_file())


def _read(path: Path) -> Report:
    try:
        return load_report(path)
    except ReportError as error:
        message = _("the report cannot be read: {error}").format(error=translated(error))
        remedy = _("run again: {command}").format(command="paddock --batch")
        raise UsageError(message, str(path), remedy) from error
