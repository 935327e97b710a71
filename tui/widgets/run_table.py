"""The runs of a project, a row each; what is not read yet is filled in later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.text import Text

from pipeline.record.runs import RunFolder, RunSummary
from pipeline.text import human_seconds, one_line
from tui.appearance import symbol
from tui.language import N_, _
from tui.widgets.columns import padded
from tui.widgets.listing import MarkingList
from tui.words import end_words

#: Titles of the columns and their widths in cells: fixed, so that a row that is read later moves nothing.
_COLUMNS = (
    ("", 2),
    (N_("result"), 23),
    (N_("when"), 17),
    (N_("took"), 12),
    (N_("stages"), 15),
    (N_("score"), 8),
)
#: From this width on a row has room for the run's name, which one can look for in any case.
_WITH_NAME = 110


@dataclass(frozen=True)
class Past:
    """A run as the table shows it. ``score`` is None if its report has none, or there is none."""

    summary: RunSummary
    score: float | None


class RunTable(MarkingList):
    """Rows in the order given, the newest first."""

    DEFAULT_CSS = """
    RunTable { padding: 0; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.runs: tuple[RunFolder, ...] = ()
        self._known: Mapping[str, Past] = {}

    @property
    def selected(self) -> RunFolder | None:
        """The run under the cursor."""
        return self.runs[self.cursor] if self.cursor < len(self.runs) else None

    def show(self, runs: Sequence[RunFolder], known: Mapping[str, Past]) -> None:
        """Show ``runs``; the cursor stays on its run. What is not in ``known`` is drawn when it is."""
        held, self.runs, self._known = self.selected, tuple(runs), known
        cursor = self.runs.index(held) if held in self.runs else None
        self.show_rows(len(self.runs), self._cells, cursor=cursor)

    def _cells(self, index: int, width: int) -> Text:
        run = self.runs[index]
        past = self._known.get(run.name)
        mark = Text(symbol("full") if run.name == self.marked else "", "bold")
        if past is None:
            return _row(mark, Text(symbol("ellipsis"), "dim"), Text(run.name))
        score = "" if past.score is None else f"{past.score:.2%}"
        row = _row(
            mark,
            ending_text(past.summary),
            Text(local_time(past.summary.started)),
            Text(human_seconds(past.summary.seconds)),
            Text(stages_text(past.summary)),
            Text(score),
        )
        return row.append(f"  {run.name}", "dim") if width >= _WITH_NAME else row


def titles() -> Text:
    """Return the titles of the columns, as far from the edge as the rows."""
    return Text("  ").append_text(_row(*(Text(_(title)) for title, _width in _COLUMNS)))


def _row(*cells: Text) -> Text:
    columns = zip(cells, _COLUMNS, strict=False)
    parts = (
        padded(cell, width, "right" if title == "score" else "left")
        for cell, (title, width) in columns
    )
    return Text.assemble(*parts)


def ending_text(summary: RunSummary) -> Text:
    """Return symbol and words of how a run ended."""
    if summary.code is not None:
        words, style = end_words(summary)
        return Text(words, style)
    if summary.cut_short:
        return Text(f"{symbol('stopped')} " + _("cut short"), "bold yellow")
    return Text(f"{symbol('running')} " + _("running"), "bold")


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
