"""Where the weights of each model come from, from the starting weights to the NB files."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType

from tui.appearance import symbol
from tui.keys import bindings
from tui.language import _
from tui.screens.plain import PlainScreen
from tui.views.lineage import lineage_of
from tui.widgets.facts import Facts
from tui.widgets.line import Line
from tui.widgets.page import Page

if TYPE_CHECKING:
    from pipeline.report.model import Report


class LineageScreen(PlainScreen[None]):
    """Drawn from the report and from nothing else."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("page")
    DEFAULT_CSS = """
    LineageScreen Page { padding: 1 1; }
    LineageScreen .head { text-style: bold; }
    LineageScreen Facts { margin: 0 0 1 0; }
    """

    def __init__(self, report: Report) -> None:
        super().__init__()
        self._parts = lineage_of(report, symbol("arrow"))

    def title_text(self) -> str:
        return _("where the weights come from")

    def compose_body(self) -> ComposeResult:
        with Page():
            yield Line(id="none")
            for _part in self._parts:
                yield Line(classes="head")
                yield Facts()

    def on_mount(self) -> None:
        if not self._parts:
            self.query_one("#none", Line).show(_("The report is from before tensors were traced."))
        self.query_one("#none").display = not self._parts
        heads, facts = self.query("Line.head").results(Line), self.query(Facts).results(Facts)
        for part, head, below in zip(self._parts, heads, facts, strict=True):
            head.show(Text(part.title))
            below.show_facts(part.facts)
        self.query_one(Page).focus()
