"""What the screens share that are drawn from a run's report."""

from __future__ import annotations

from textual import work
from textual.worker import get_current_worker

from pipeline.record.runs import RunFolder
from tui.appearance import symbol
from tui.language import _
from tui.record import Stamp, read_record, stamp_of
from tui.screens.base import PaddockScreen
from tui.views.record import Record
from tui.views.run import RunView
from tui.widgets.footer import Footer
from tui.widgets.line import Line

#: Seconds after which whoever waits is told what for.
_A_MOMENT = 0.1


class ReportScreen(PaddockScreen):
    """Reads the record again when its files change, in a worker, and draws it."""

    DEFAULT_CSS = """
    ReportScreen #reading { height: 1; padding: 0 1; color: $text-muted; }
    """

    record: Record | None = None
    _stamp: Stamp = ()

    def _say_that_it_reads(self) -> None:
        """Say why there is nothing to see yet."""
        if self.record is None and self.can_draw and not self.query("#reading"):
            line = Line(id="reading")
            line.show(_("reading") + f" {symbol('ellipsis')}")
            self.mount(line, before=self.query_one(Footer))

    def show_run(self, view: RunView) -> None:
        super().show_run(view)
        run = self.paddock.run_folder
        stamp = self.stamp(run)
        if stamp != self._stamp:
            self._stamp = stamp
            self._read(run)
            self.set_timer(_A_MOMENT, self._say_that_it_reads)
        elif self.record is not None:
            self.show_record(self.record, view)

    def stamp(self, run: RunFolder | None) -> Stamp:
        """Return what changes when there is something new to read; cheap."""
        return stamp_of(self.backend, run)

    def gather(self, run: RunFolder | None) -> Record:
        """Read all that is drawn; called in a worker."""
        return read_record(self.backend, run)

    @work(thread=True, group="record", exclusive=True)
    def _read(self, run: RunFolder | None) -> None:
        record = self.gather(run)
        if not get_current_worker().is_cancelled:
            self.call_later(self._take_record, record)

    def _take_record(self, record: Record) -> None:
        self.record = record
        self.query("#reading").remove()
        self.show_record(record, self.paddock.view)

    def show_record(self, record: Record, view: RunView) -> None:
        """Draw what changed."""

    def missing(self, view: RunView) -> str:
        """Say why there is no report, and what to do about it."""
        run, start = self.paddock.key_shown("app.run"), self.paddock.key_shown("run.start")
        if self.record is not None and self.record.earlier:
            return _(
                "The report of run {name} was made by an earlier version of Paddock: see out/report.html. "
                "Press {run}, then {start} to make one that is shown here."
            ).format(name=self.record.earlier, run=run, start=start)
        if self.paddock.run_goes_on:
            return _("Nothing yet: the last stage, verify, measures the models.")
        if view.name:
            return _(
                "Nothing yet: the last run did not come to the end. "
                "Press {run}, then {start} to go on."
            ).format(run=run, start=start)
        return _("Nothing yet: no run. Press {run}, then {start} to start one.").format(
            run=run, start=start
        )

    def origin(self, record: Record, view: RunView) -> str:
        """Say of an earlier run's report that it is one; "" if it is the followed run's own."""
        if record.report is None or record.is_own:
            return ""
        if not view.name:
            return _("This is from run {run}.").format(run=record.report.run)
        if self.paddock.run_goes_on:
            return _("This is from run {run}; the run that goes on has no parity yet.").format(
                run=record.report.run
            )
        return _("This is from run {run}; the last run, {last}, has no parity.").format(
            run=record.report.run, last=view.name
        )
