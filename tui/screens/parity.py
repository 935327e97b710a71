"""The parity screen: the verdict, the models compared, and the lines that one of them reads differently."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Resize

from pipeline.report.table import chain_line, verdict_line
from pipeline.tasks import TASKS
from tui.keys import bindings
from tui.language import _, ngettext, translated
from tui.screens.reading import ReadingScreen
from tui.screens.reported import ReportScreen
from tui.views.differences import Difference, differences_of
from tui.views.record import Record
from tui.views.run import RunView
from tui.widgets.line import Line
from tui.widgets.listing import Listing
from tui.widgets.mismatches import Mismatches
from tui.widgets.model_table import ModelTable
from tui.widgets.verdict_box import VerdictBox

if TYPE_CHECKING:
    from pipeline.report.model import Report

#: On a screen that is lower than this, in lines, the lines read differently go before the models.
_SHORT = 18


class ParityScreen(ReportScreen):
    """Drawn from the report and from nothing else."""

    TAB = "parity"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("parity")]
    DEFAULT_CSS = """
    ParityScreen #lines-title { height: 1; padding: 0 1; text-style: bold; background: $panel; }
    ParityScreen.-empty ModelTable, ParityScreen.-empty Mismatches { display: none; }
    ParityScreen.-empty #lines-title { display: none; }
    ParityScreen.-short #facts { display: none; }
    ParityScreen.-short #models { max-height: 2; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._report: Report | None = None
        self._differences: tuple[Difference, ...] = ()

    def compose_body(self) -> ComposeResult:
        yield VerdictBox()
        yield ModelTable()
        yield Line(id="lines-title")
        yield Mismatches(id="lines")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(Mismatches).focus()

    def on_resize(self, event: Resize) -> None:
        self.set_class(event.size.height < _SHORT, "-short")

    def show_record(self, record: Record, view: RunView) -> None:
        report = record.report
        self.set_class(report is None, "-empty")
        head = self.query_one(VerdictBox)
        if report is None:
            head.say(self.missing(view))
            return
        head.show_judgement(
            report.judgement,
            self.keys_shown("app.guards"),
            title=verdict_line(report),
            origin=self.origin(record, view),
            note=chain_line(report),
        )
        self.query_one(ModelTable).show_report(report)
        if report is not self._report:
            self._report, self._differences = report, differences_of(report)
        self.query_one(Mismatches).show_differences(self._differences)
        self._show_title(report)

    def _show_title(self, report: Report) -> None:
        lines, count = self.query_one(Mismatches), len(self._differences)
        if not count:
            title = translated(TASKS[report.task].all_well)
            self.query_one("#lines-title", Line).show(Text(title))
            return
        if lines.only_parted:
            text = _("Only where models disagree with each other: {shown} of {count}")
            said = text.format(shown=lines.count, count=count)
        elif TASKS[report.task].reads:
            text = ngettext(
                "{count} line of {images} read differently from its label or from PD",
                "{count} lines of {images} read differently from their label or from PD",
                count,
            )
            said = text.format(count=count, images=report.images)
        else:
            text = _("Where a model finds other than the label says, or than PD: {count}")
            said = text.format(count=count)
        self.query_one("#lines-title", Line).show(Text(said))

    # Keys.

    def action_filter(self) -> None:
        """Show only lines on which the models disagree, or all."""
        self.query_one(Mismatches).toggle()
        if self.record and self.record.report:
            self._show_title(self.record.report)

    def action_switch(self) -> None:
        """Go to the other list."""
        lines = self.query_one(Mismatches)
        other = self.query_one("#models", Listing)
        (other if lines.has_focus else lines).focus()

    def action_open(self) -> None:
        """Show the line large."""
        lines = self.query_one(Mismatches)
        if self.record is None or self.record.report is None or not lines.rows:
            return
        large = ReadingScreen(self.backend, tuple(lines.rows), lines.cursor)
        self.app.push_screen(large, self._return_to)

    @on(Listing.Chosen)
    def _open_chosen(self) -> None:
        self.action_open()

    def _return_to(self, index: int | None) -> None:
        """Stand where the large view was left."""
        if index is not None:
            self.query_one(Mismatches).cursor = index
