"""The history: earlier runs, newest first; one is opened, or two are compared."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.timer import Timer
from textual.worker import get_current_worker

from pipeline.record.runs import RunFolder, summarise
from pipeline.report.model import read_report
from pipeline.report.runs_compared import shipped_score
from pipeline.text import one_line, unfolded
from tui.appearance import symbol
from tui.keys import bindings
from tui.language import _, ngettext, translated
from tui.screens.base import PaddockScreen
from tui.screens.compare import CompareScreen
from tui.verdicts import judged_lines
from tui.views.run import RunView
from tui.widgets.line import Line
from tui.widgets.listing import Listing
from tui.widgets.run_table import Past, RunTable, ending_text, titles
from tui.words import ending_words

#: Runs around the cursor that are read, and how many at a time are handed over.
_AHEAD, _PORTION = 50, 10
#: A run that goes on is read again after so many seconds.
_AGAIN = 5.0
#: The cursor rests when it has not moved for so many seconds.
_REST = 0.15


class HistoryScreen(PaddockScreen):
    """The project's runs. What a run's record says is read as far as it is looked at."""

    TAB = "history"
    BINDINGS: ClassVar[list[BindingType]] = bindings("history")
    DEFAULT_CSS = """
    HistoryScreen Line { padding: 0 1; }
    HistoryScreen #titles { height: 1; padding: 0; background: $panel; text-style: bold; display: none; }
    HistoryScreen #detail { height: auto; max-height: 5; background: $panel; }
    HistoryScreen.-short #detail { max-height: 2; }
    """

    VERTICAL_BREAKPOINTS = [(0, "-short"), (16, "-tall")]  # noqa: RUF012 - as Textual declares it

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, Past] = {}
        self._version: tuple[str, bool] | None = None
        self._read_at = time.monotonic()
        self._resting: Timer | None = None

    def compose_body(self) -> ComposeResult:
        yield Line(id="count")
        yield Line(id="titles")
        yield RunTable()
        yield Line(id="detail")

    def on_mount(self) -> None:
        self._table.focus()

    @property
    def _table(self) -> RunTable:
        return self.query_one(RunTable)

    # What there is.

    def on_screen_resume(self) -> None:
        self._list()

    def show_run(self, view: RunView) -> None:
        """A run that began or ended changes the list."""
        super().show_run(view)
        if not self.is_on_top:
            return
        version = (view.name, self.paddock.run_goes_on)
        if version != self._version:
            self._version = version
            self._list()
        elif time.monotonic() - self._read_at > _AGAIN:
            self._read_around()

    @work(thread=True, group="list", exclusive=True)
    def _list(self) -> None:
        self.call_later(self._show_runs, self.backend.runs())

    def _show_runs(self, runs: Sequence[RunFolder]) -> None:
        self._table.show(runs, self.known)
        count = len(runs)
        self.query_one("#titles", Line).show(titles())
        self.query_one("#titles").display = bool(count)
        said = ngettext("{count} run, newest first", "{count} runs, newest first", count)
        self.query_one("#count", Line).show(
            said.format(count=count)
            if count
            else _("This project was never run: {key} shows where to start one.").format(
                key=self.paddock.key_shown("app.run")
            )
        )
        self._read_around()

    @on(Listing.Moved)
    def _came_to_row(self) -> None:
        """Show the row; read when the cursor rests, so that paging through does not wait for it."""
        self._show_detail()
        if self._resting:
            self._resting.stop()
        self._resting = self.set_timer(_REST, self._read_around)

    def _read_around(self) -> None:
        """Read what is near the cursor and not known yet; what still runs is read again."""
        first = max(0, self._table.cursor - _AHEAD // 2)
        near = self._table.runs[first : first + _AHEAD]
        wanted = [run for run in near if self._is_open(run)]
        if wanted:
            self._read_at = time.monotonic()
            self._read(wanted)

    def _is_open(self, run: RunFolder) -> bool:
        past = self.known.get(run.name)
        return past is None or past.summary.goes_on

    @work(thread=True, group="read", exclusive=True)
    def _read(self, runs: Sequence[RunFolder]) -> None:
        worker = get_current_worker()
        for first in range(0, len(runs), _PORTION):
            if worker.is_cancelled:
                return
            portion = runs[first : first + _PORTION]
            self.call_later(self._fill, {run.name: _past(run) for run in portion})

    def _fill(self, past: Mapping[str, Past]) -> None:
        self.known.update(past)
        self._table.refresh()
        self._show_detail()

    def _show_detail(self) -> None:
        run = self._table.selected
        past = self.known.get(run.name) if run else None
        detail = self.query_one("#detail", Line)
        detail.display = past is not None
        detail.show(_detail(run, past) if run and past else Text())

    # Keys.

    @on(Listing.Chosen)
    def action_open(self) -> None:
        """Show the selected run on the other screens."""
        run = self._table.selected
        if run:
            self.paddock.follow_run(run)

    def action_mark(self) -> None:
        """Mark the selected run, or take its mark back."""
        run = self._table.selected
        if run:
            self._table.mark(run.name)

    def action_compare(self) -> None:
        """Compare the selected run with the marked one, else with the one before it."""
        pair = self._pair()
        if pair is None:
            self.notify(_("There is no second run to compare with: mark one."), severity="warning")
        else:
            self.app.push_screen(CompareScreen(*pair))

    def _pair(self) -> tuple[RunFolder, RunFolder] | None:
        """Return two runs, the earlier one first."""
        table, here = self._table, self._table.selected
        if here is None:
            return None
        other = next((run for run in table.runs if run.name == table.marked), None)
        if other is None or other == here:
            following = table.cursor + 1
            other = table.runs[following] if following < len(table.runs) else None
        if other is None:
            return None
        return (other, here) if other.name < here.name else (here, other)


def _past(run: RunFolder) -> Past:
    report = read_report(run)
    return Past(summarise(run), shipped_score(report) if report else None)


def _detail(run: RunFolder, past: Past) -> Text:
    """Say of one run what each stage did, and why it failed if it did."""
    stages = past.summary.stages.items()
    text = Text.assemble(ending_text(past.summary), f"  {run.name}")
    for stage, ending in stages:
        text.append(f"  {one_line(stage)} ")
        words, style = ending_words(ending, goes_on=past.summary.goes_on)
        text.append(words, style)
    judged = past.summary.judgement
    if past.summary.message and judged is None:
        text.append(f"\n{symbol('arrow')} {unfolded(translated(past.summary.message))}")
    for line, style in judged_lines(judged):
        text.append("\n").append(line, style)
    return text
