"""The runs of a project, a row each; what is not read yet is filled in later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from rich.text import Text
from textual.binding import BindingType
from textual.widgets import DataTable

from pipeline.record.runs import RunFolder, RunSummary
from pipeline.text import human_seconds, one_line
from tui.appearance import symbol
from tui.keys import bindings
from tui.language import _
from tui.words import verdict_words


@dataclass(frozen=True)
class Past:
    """A run as the table shows it. ``score`` is None if its report has none, or there is none."""

    summary: RunSummary
    score: float | None


class RunTable(DataTable[Text]):
    """Rows in the order given, the newest first; ``marked`` is the run chosen for a comparison."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "list", "up", "down", "page_up", "first", "last", "choose"
    )
    DEFAULT_CSS = """
    RunTable { height: 1fr; min-height: 3; scrollbar-size-horizontal: 0; }
    """

    def __init__(self) -> None:
        super().__init__(cursor_type="row", cell_padding=0, zebra_stripes=False)
        self.runs: tuple[RunFolder, ...] = ()
        self.marked = ""
        # fixed widths, so that a row that comes later moves nothing
        columns = (
            ("", 2),
            (_("ended"), 22),
            (_("when"), 17),
            (_("took"), 12),
            (_("stages"), 16),
            (_("score"), 9),
        )
        for place, (label, width) in enumerate(columns):
            self.add_column(Text(label), width=width, key=str(place))

    def action_move(self, by: int) -> None:
        """Go up or down by rows."""
        self.move_cursor(row=self.cursor_row + by)

    def action_page(self, by: int) -> None:
        """Go up or down by pages."""
        self.action_move(by * max(1, self.size.height - 1))

    def action_edge(self, which: int) -> None:
        """Go to the first or the last row."""
        self.move_cursor(row=0 if which < 0 else self.row_count - 1)

    def action_choose(self) -> None:
        """Open the row."""
        self.action_select_cursor()

    @property
    def selected(self) -> RunFolder | None:
        """The run under the cursor."""
        return self.runs[self.cursor_row] if 0 <= self.cursor_row < len(self.runs) else None

    def show(self, runs: Sequence[RunFolder], known: dict[str, Past]) -> None:
        """Show ``runs``; the cursor stays on its run."""
        if tuple(runs) == self.runs:
            return
        held = self.selected
        self.runs = tuple(runs)
        self.clear()
        for run in self.runs:
            self.add_row(*self._cells(run, known.get(run.name)), key=run.name)
        if held in self.runs:
            self.move_cursor(row=self.runs.index(held))

    def fill(self, run: str, past: Past) -> None:
        """Fill in what was read of a run."""
        folder = next((item for item in self.runs if item.name == run), None)
        if folder is None:
            return
        for place, cell in enumerate(self._cells(folder, past)):
            if self.get_cell(run, str(place)) != cell:
                self.update_cell(run, str(place), cell)

    def mark(self, run: str, known: dict[str, Past]) -> None:
        """Mark ``run``, or nothing; there is one mark at most."""
        changed = {self.marked, run} - {""}
        self.marked = run
        for name in changed:
            if any(item.name == name for item in self.runs):
                folder = next(item for item in self.runs if item.name == name)
                self.update_cell(name, "0", self._cells(folder, known.get(name))[0])

    def _cells(self, run: RunFolder, past: Past | None) -> tuple[Text, ...]:
        mark = Text(symbol("selected") if run.name == self.marked else "", "bold")
        if past is None:
            return mark, Text(symbol("ellipsis"), "dim"), Text(run.name), Text(), Text(), Text()
        summary = past.summary
        score = "" if past.score is None else f"{past.score:.2%}"
        return (
            mark,
            ending_text(summary),
            Text(local_time(summary.started)),
            Text(human_seconds(summary.seconds)),
            Text(stages_text(summary)),
            Text(score),
        )


def ending_text(summary: RunSummary) -> Text:
    """Return symbol and words of how a run ended."""
    if summary.code is not None:
        words, style = verdict_words(summary.code)
        return Text(words, style)
    if summary.cut_short:
        return Text(f"{symbol('stopped')} {_('cut short')}", "bold yellow")
    return Text(f"{symbol('running')} {_('running')}", "bold")


def local_time(moment: str) -> str:
    """Return an ISO 8601 time in the user's time zone, to the minute."""
    try:
        return datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError):  # a record that was damaged by hand
        return one_line(moment)[:16]


def stages_text(summary: RunSummary) -> str:
    """Count what the stages did, in few words."""
    endings = list(summary.stages.values())
    cached, skipped = endings.count("cached"), endings.count("skipped")
    ran = len(endings) - cached - skipped
    parts = [
        _("{count} ran").format(count=ran) if ran else "",
        _("{count} cached").format(count=cached) if cached else "",
    ]
    return ", ".join(part for part in parts if part)
