"""Two runs beside each other, as text: what went in differently first, then what came out differently."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timezone

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from textual.widgets import Static

from pipeline.record.runs import RunSummary
from pipeline.report.runs_compared import (
    NOISE,
    Comparison,
    LimitPair,
    Measure,
    ModelPair,
    Side,
    StagePair,
    Trend,
)
from pipeline.text import human_seconds, one_line, unfolded
from tui.appearance import Mark, symbol
from tui.language import N_, _, translated
from tui.verdicts import value_words
from tui.widgets.run_table import ending_text, local_time
from tui.words import ending_words, state_words

_TRENDS: dict[Trend, tuple[str, str]] = {
    "better": (N_("better"), "green"),
    "worse": (N_("worse"), "bold red"),
    "same": (N_("about the same"), "dim"),
    "other": (N_("different"), "bold"),
}
#: Metrics of which another row tells the same.
_TOLD_TWICE = ("p90 ms", "p99 ms", "img/s", "MD5")
#: Characters of two values that are shown beside each other; of longer ones only that they differ.
_BOTH = 16


class ComparisonView(Static):
    """Draws a :class:`~pipeline.report.runs_compared.Comparison`."""

    DEFAULT_CSS = """
    ComparisonView { height: auto; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__("", markup=False)

    def show(self, comparison: Comparison) -> None:
        """Show both runs, what changed, and what came of it."""
        self.update(
            Group(
                _sides(comparison),
                Text("\n" + _("What changed"), "bold"),
                *_changes(comparison),
                Text("\n" + _("What came out"), "bold"),
                *_results(comparison),
            )
        )


def _grid(columns: int) -> Table:
    table = Table.grid(padding=(0, 2), expand=True)
    for _place in range(columns - 1):
        table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    return table


def _sides(comparison: Comparison) -> Table:
    table = _grid(4)
    for label, side in ((_("before"), comparison.before), (_("now"), comparison.now)):
        table.add_row(
            Text(label, "bold"),
            Text(local_time(side.summary.started)),
            Text(human_seconds(_seconds(side.summary))),
            Text.assemble(ending_text(side.summary), "  ", (side.run, "dim")),
        )
    return table


def _seconds(summary: RunSummary) -> float:
    """Return how long the run took, or has taken until now."""
    try:
        started = datetime.fromisoformat(summary.started)
        gone = (datetime.now(timezone.utc) - started).total_seconds()
    except (ValueError, TypeError):  # a record that was damaged by hand
        return summary.seconds
    return max(summary.seconds, gone) if summary.goes_on else summary.seconds


# What changed.


def _changes(comparison: Comparison) -> Iterator[RenderableType]:
    if not comparison.stages:
        yield Text(f"{symbol('note')} " + _("neither run came to a stage"))
        return
    table = _grid(2)
    for limit in comparison.limits:
        table.add_row(Text(_("limit"), "bold"), _limit(limit))
    same: list[str] = []
    for pair in comparison.stages:
        if changes := _stage(pair, comparison):
            table.add_row(Text(one_line(pair.stage), "bold"), changes)
        else:
            same.append(pair.stage)
    yield table
    if same:
        said = _("nothing changed in {stages}").format(stages=", ".join(same))
        yield Text(f"{symbol('done')} {one_line(said)}", "dim")


def _limit(pair: LimitPair) -> Text:
    """Say of a limit what it was and is, and which numbers are beyond it now."""
    was, has = (
        _("above 0") if limit.limit is None else f"{limit.limit:g}"
        for limit in (pair.before, pair.now)
    )
    text = Text(f"{pair.now.name} {was} {symbol('arrow')} {has}")
    for limit in pair.broken:
        told = _("{value} is under it") if limit.asked.is_least else _("{value} is over it")
        said = told.format(value=f"{one_line(limit.model)} {value_words(limit)}")
        text.append(f"; {said}", "bold red")
    return text


def _stage(pair: StagePair, comparison: Comparison) -> Text | None:
    """Return what is to be said of a stage in both runs; None if nothing changed."""
    arrow = symbol("arrow")
    lines = [Text(unfolded(translated(change)).replace("→", arrow)) for change in pair.changes]
    for name, old, new in pair.environment:
        lines.append(Text(f"{one_line(name)} {one_line(old)} {arrow} {one_line(new)}"))
    if pair.origin == "same" and pair.files:
        told = _("same inputs, parameters and image, yet other files: {names}")
        lines.append(Text(one_line(told.format(names=", ".join(pair.files)))))
    if pair.follows:
        told = _("follows from {stages}").format(stages=", ".join(pair.follows))
        lines.append(Text(one_line(told), "dim"))
    for ending, side in ((pair.before, comparison.before), (pair.now, comparison.now)):
        if side.summary.goes_on and ending in (None, "unfinished"):
            words = state_words("waiting") if ending is None else state_words("running")
            return Text("\n").join([Text(*words), *lines])
    if pair.origin == "absent":
        lines.append(Text(_("only before") if pair.before else _("only now")))
    if pair.origin == "unknown":
        lines.append(Text(_("cannot be compared: the ledger has no result of one of the two")))
    if ended := _course(pair):
        lines.insert(0, ended)
    return Text("\n").join(lines) if lines else None


def _course(pair: StagePair) -> Text | None:
    """Say how the stage ended in each run, if it did not come to a result in one of them."""
    endings = [ending for ending in (pair.before, pair.now) if ending]
    if all(ending in ("finished", "cached", "skipped") for ending in endings):
        return None
    return Text(f" {symbol('arrow')} ").join(Text(*ending_words(ending)) for ending in endings)


# What came out.


def _results(comparison: Comparison) -> Iterator[RenderableType]:
    for side in comparison.lacking:
        yield _no_report(side)
    if comparison.lacking:
        return
    for pair in (pair for pair in comparison.models if pair.only):
        said = _("only before") if pair.only == "before" else _("only now")
        yield Text(f"{symbol('note')} {one_line(pair.name)}: {said}")
    moved = _moved(comparison.models)
    if moved:
        yield _table(moved)
    said = _("else nothing moved") if moved else _("nothing moved")
    noise = _("speed and memory count from {noise} on, and a busy machine moves them").format(
        noise=f"{NOISE:.0%}"
    )
    yield Text(f"{symbol('done')} {said} ({noise})", "dim")


def _no_report(side: Side) -> Text:
    if side.summary.goes_on:
        said = _("{run} goes on: no report yet").format(run=side.run)
        return Text(f"{symbol('running')} {said}", "bold")
    said = _("{run} has no report: it ended before the models were compared")
    return Text(f"{symbol('note')} {said.format(run=side.run)}")


_Moved = dict[str, dict[str, Measure]]


def _moved(models: Sequence[ModelPair]) -> _Moved:
    """Return what moved: by the metric's title, the measures of the models."""
    rows: _Moved = {}
    for pair in models:
        for item in pair.measures:
            if item.trend != "same" and item.metric.title not in _TOLD_TWICE:
                rows.setdefault(item.metric.title, {})[pair.name] = item
    return rows


def _table(moved: _Moved) -> Table:
    """Return one row a metric; of the models those of which something moved are columns."""
    models = list(dict.fromkeys(name for measures in moved.values() for name in measures))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for head in ("", *map(one_line, models), ""):
        table.add_column(head, no_wrap=True)
    for title, measures in moved.items():
        cells = [_cell(measures[name]) if name in measures else Text("=", "dim") for name in models]
        table.add_row(Text(translated(title)), *cells, _verdict(list(measures.values())))
    return table


def _cell(item: Measure) -> Text:
    """Return both numbers as short as they go: the unit once, of hashes only that they differ."""
    style = _TRENDS[item.trend][1]
    if len(item.before) + len(item.now) > _BOTH:
        return Text(_("another"), style)
    before = item.before.removesuffix("%") if item.now.endswith("%") else item.before
    return Text(f"{one_line(before)}{symbol('arrow')}{one_line(item.now)}", style)


def _verdict(measures: Sequence[Measure]) -> Text:
    """Say how a metric went, if all models went the same way."""
    trends = {item.trend for item in measures}
    if len(trends) > 1:
        return Text(_("mixed"), "bold")
    words, style = _TRENDS[measures[0].trend]
    return Text(f"{symbol(_direction(measures[0]))} " + _(words), style)


def _direction(item: Measure) -> Mark:
    """Return an arrow the way the number went; another hash went nowhere."""
    if item.trend in ("same", "other"):
        return "note"
    rose = (item.trend == "better") == (item.metric.better == "higher")
    return "up" if rose else "down"
