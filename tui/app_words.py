"""What ``paddock check-app`` found, in words: for the command and for the screen."""

from __future__ import annotations

from pipeline.app.finding import Outcome
from pipeline.app.opening import Form
from pipeline.app.report import AppReport
from tui.appearance import Mark, symbol
from tui.language import _, ngettext

_STYLES: dict[Outcome, tuple[Mark, str]] = {
    Outcome.RIGHT: ("done", "green"),
    Outcome.WRONG: ("failed", "bold red"),
    Outcome.UNKNOWN: ("warning", "yellow"),
    Outcome.NOTE: ("dot", ""),
}


def app_mark(outcome: Outcome) -> tuple[str, str]:
    """Return the symbol of an outcome and its style."""
    name, style = _STYLES[outcome]
    return symbol(name), style


def app_verdict(report: AppReport) -> str:
    """Return what came out in a sentence."""
    if report.verdict is Outcome.RIGHT and report.form is Form.FILE:
        return _("right, as far as this file goes")
    if report.verdict is Outcome.RIGHT:
        return _("it ships what this project delivered")
    if report.verdict is Outcome.UNKNOWN:
        return _("nothing is wrong, and not all could be told")
    count = sum(item.outcome is Outcome.WRONG for item in report.findings)
    said = ngettext(
        "not as this project delivered it: {count} thing is wrong",
        "not as this project delivered it: {count} things are wrong",
        count,
    )
    return said.format(count=count)
