"""``paddock check-app``"""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.app.check import check_app
from pipeline.app.finding import Outcome
from pipeline.app.report import AppReport
from pipeline.project import load_project
from pipeline.text import one_line
from tui.app_words import app_mark, app_verdict
from tui.console import Terminal, fold
from tui.language import _, translated

DESCRIPTION = """\
Look into an app, and say whether it ships what this project's last good run delivered: every .nb file and
dictionary in it, which Paddle-Lite its libraries are and whether they have what the files need, and what
would be loaded instead. Nothing of it is run.

  paddock check-app app-release.apk          an .apk, .aab, .aar, .ipa, .apks or .xapk
  paddock check-app ../app ../plates         an app's project, against the Paddock project in ../plates
  paddock check-app libpaddle_lite_jni.so    one file: a library, a .nb file, or a dictionary

Exit code 0: nothing is wrong; it is proved only where "it ships what this project delivered" is said.
5: it is not yours, and why; 2: it is no app, or no run has passed. docs/check-app.md tells more."""
#: Lines are folded at this width, in cells, whatever the terminal's.
_WIDTH = 80


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("app", type=Path, metavar="APP", help="an app, a folder, or a single file")
    parser.add_argument("project", nargs="?", default=".", metavar="PROJECT")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Look into the app and print what was found."""
    report = check_app(load_project(Path(options.project)), options.app)
    if options.json:
        terminal.document(report.as_json())
    else:
        _show(report, terminal)
    return report.code


def _show(report: AppReport, terminal: Terminal) -> None:
    for item in report.findings:
        _say(translated(item.message), item.outcome, terminal)
        if item.pitfall:
            terminal.print(
                "    " + _("why: {command}").format(command=f"paddock explain {item.pitfall}")
            )
    name = one_line(Path(report.app).name)
    said = _("{app}: {verdict}").format(app=name, verdict=app_verdict(report))
    _say(said, report.verdict, terminal)


def _say(said: str, outcome: Outcome, terminal: Terminal) -> None:
    """Print a sentence behind its mark, folded."""
    mark, style = app_mark(outcome)
    for number, line in enumerate(fold(said, _WIDTH - 2)):
        terminal.print(f"{' ' if number else mark} {line}", style)
