"""What the doctor found: symbol, word, what was checked, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text
from textual.widgets import Static

from pipeline.text import several_lines
from tui.appearance import Mark, symbol
from tui.language import N_, _, translated
from tui.words import check_name

if TYPE_CHECKING:
    from pipeline.machine.doctor import Finding

_SEVERITIES: dict[str, tuple[Mark, str, str]] = {
    "ok": ("done", N_("ok"), "green"),
    "warning": ("warning", N_("warning"), "bold yellow"),
    "problem": ("failed", N_("problem"), "bold red"),
}


class Findings(Static):
    """Draws findings; the same ones again cost nothing."""

    DEFAULT_CSS = """
    Findings { height: auto; padding: 0 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__("", id=id, markup=False)
        self._shown: tuple[Sequence[Finding], Mapping[str, str]] = ((), {})

    def show(self, findings: Sequence[Finding], advice: Mapping[str, str]) -> None:
        """Show ``findings``; ``advice`` has what to press, by check, where there is a key for it."""
        if (findings, advice) == self._shown:
            return
        self._shown = (findings, advice)
        table = Table.grid(padding=(0, 2), expand=True)
        table.add_column(no_wrap=True)
        table.add_column(ratio=1)
        for finding in findings:
            table.add_row(severity_text(finding.severity), _said(finding, advice))
        self.update(table)


def severity_text(severity: str) -> Text:
    """Return symbol and word of how serious a finding is."""
    mark, word, style = _SEVERITIES[severity]
    sign = symbol(mark)
    return Text(_(word) if sign == word else f"{sign} " + _(word), style)


def _said(finding: Finding, advice: Mapping[str, str]) -> Text:
    said = Text(several_lines(check_name(finding.check)), "bold")
    said.append(f": {several_lines(translated(finding.message))}", "not bold")
    remedy = advice.get(finding.check, "") if finding.severity != "ok" else ""
    remedy = remedy or several_lines(translated(finding.remedy))
    if remedy:
        said.append(f"\n{symbol('arrow')} {remedy}", "not bold")
    return said
