"""What a report says first: the verdict in symbol and words, why, and which run it is from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.text import Text

from pipeline.report.table import chain_line, verdict_line
from pipeline.text import one_line
from tui.appearance import symbol, verdict_mark
from tui.language import _, translated
from tui.widgets.line import Line

if TYPE_CHECKING:
    from pipeline.report.model import Report

#: Lines of reasons and remarks that are shown, by the height of the screen.
_FEW, _MANY, _HIGH_SCREEN = 2, 8, 30


class ReportHead(Line):
    """One line for the verdict, one for each reason."""

    DEFAULT_CSS = """
    ReportHead { height: auto; max-height: 50%; padding: 0 1; }
    """

    def say(self, sentence: str) -> None:
        """Show a sentence in place of a verdict."""
        self.show(Text(sentence))

    def show_report(self, report: Report, origin: str) -> None:
        """Show the verdict; ``origin`` says which run it is from, if that is not plain."""
        mark, style = verdict_mark(report.verdict)
        verdict = one_line(translated(verdict_line(report)))
        text = Text.assemble((f"{mark} {verdict}", style))
        if origin:
            text.append("\n").append(f"{symbol('warning')} {one_line(origin)}", "yellow")
        chained = filter(None, [chain_line(report)])
        for line in self._sentences([*report.reasons, *chained, *report.remarks]):
            text.append("\n").append_text(line)
        self.show(text)

    def _sentences(self, sentences: list[str]) -> Iterable[Text]:
        most = _MANY if self.app.size.height >= _HIGH_SCREEN else _FEW
        for sentence in sentences[:most]:
            yield Text(f"{symbol('note')} {one_line(translated(sentence))}")
        if len(sentences) > most:
            more = _("and {count} more: see report.md").format(count=len(sentences) - most)
            yield Text(f"{symbol('note')} {more}", "dim")
