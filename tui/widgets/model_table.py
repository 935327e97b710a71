"""The parity table: a row a model, as many metrics as fit, all of them for the selected model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical

from pipeline.report.metrics import FINE, metrics_of
from pipeline.report.words import Outcome
from pipeline.tasks import NONE
from pipeline.text import one_line
from stages.contract import Status
from tui.appearance import symbol
from tui.language import _, translated
from tui.widgets.columns import GAP, flowing, joined, padded, widest
from tui.widgets.line import Line
from tui.widgets.listing import Listing
from tui.words import outcome_words

if TYPE_CHECKING:
    from pipeline.report.metrics import ReportMetric
    from pipeline.report.model import Model, Report

#: The cursor's mark, and the padding on both sides.
_MARGIN = 4
_LONGEST_NAME = 24
#: From this width on, in cells, there is room for bars of this length, beside these numbers.
_WIDE, _BAR = 100, 8
_WITH_BAR = ("p50 ms", "MB")


class ModelTable(Vertical):
    """Head, rows, and below them what the selected model's row had no room for."""

    DEFAULT_CSS = """
    ModelTable { height: auto; }
    ModelTable Listing { height: auto; max-height: 8; }
    ModelTable #heads { height: 1; padding: 0 1; text-style: bold; text-wrap: nowrap; }
    ModelTable #facts { height: auto; max-height: 6; padding: 0 3; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._report: Report | None = None
        self._facts: list[Text] = []
        self._heads, self._models = Line(id="heads"), Listing(id="models")
        self._rest = Line(id="facts")

    def compose(self) -> ComposeResult:
        yield self._heads
        yield self._models
        yield self._rest

    def show_report(self, report: Report) -> None:
        """Show the models of ``report``."""
        if report is not self._report:
            self._report = report
            self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        report = self._report
        if report is None or not self.size.width:
            return
        table = _Layout(report, self.size.width - _MARGIN)
        self._heads.show(Text("  ") + table.heads())
        models = report.rows
        self._facts = [
            flowing(_facts(model, report, table.columns), self.size.width - _MARGIN - 2)
            for model in models
        ]
        # as high as the most that there is to say, so that what is below stays where it is
        lines = max((facts.plain.count("\n") + 1 for facts in self._facts), default=1)
        self._rest.styles.height = lines
        self._models.show_rows(len(models), lambda index, _width: table.row(models[index]))

    @on(Listing.Moved)
    def _show_facts(self, message: Listing.Moved) -> None:
        if message.index < len(self._facts):
            self._rest.show(self._facts[message.index])


class _Layout:
    """Which columns there is room for, and how wide each is."""

    def __init__(self, report: Report, width: int) -> None:
        self._report, self._width = report, width
        names = [_("model"), *(one_line(translated(model.title)) for model in report.rows)]
        self._name = widest(names, _LONGEST_NAME)
        self._metrics = [metric for metric in metrics_of(report) if metric.rank < FINE]
        self._widths = {metric.title: self._width_of(metric) for metric in self._metrics}
        self.columns = self._chosen()

    def _width_of(self, metric: ReportMetric) -> int:
        cells = [_cell(metric, model, self._report) for model in self._report.rows]
        bar = _BAR + 1 if self._has_bar(metric) else 0
        return bar + widest([translated(metric.title), *cells])

    def _has_bar(self, metric: ReportMetric) -> bool:
        return self._width >= _WIDE and metric.title in _WITH_BAR

    def _bar(self, metric: ReportMetric, model: Model) -> Text:
        """Return how a number compares with the largest in its column."""
        values = (_number(metric, each, self._report) for each in self._report.rows)
        value, most = _number(metric, model, self._report), max(values, default=0.0)
        length = round(_BAR * value / most) if most else 0
        return Text(symbol("full") * max(length, int(value > 0)) + " ", "cyan")

    def _chosen(self) -> tuple[ReportMetric, ...]:
        """Leave out the least needed columns until the others fit."""
        chosen = list(self._metrics)
        order = sorted(chosen, key=lambda metric: metric.rank)  # stable: else the last goes first
        while len(chosen) > 1 and self._taken(chosen) > self._width:
            chosen.remove(order.pop())
        return tuple(chosen)

    def _taken(self, metrics: Iterable[ReportMetric]) -> int:
        return self._name + sum(self._widths[metric.title] + GAP for metric in metrics)

    def heads(self) -> Text:
        cells = [padded(_("model"), self._name)]
        for metric in self.columns:
            cells.append(padded(translated(metric.title), self._widths[metric.title], "right"))
        return joined(cells)

    def row(self, model: Model) -> Text:
        cells = [padded(Text(one_line(translated(model.title)), "bold"), self._name)]
        columns: Sequence[ReportMetric] = self.columns
        if not model.is_measured:
            empty = [metric for metric in columns if metric.measured]
            columns = [metric for metric in columns if not metric.measured]
            room = sum(self._widths[metric.title] + GAP for metric in empty) - GAP
            cells.append(padded(_status(model), max(0, room)))
        for metric in columns:
            cell = Text(_cell(metric, model, self._report))
            if self._has_bar(metric):
                room = self._widths[metric.title] - _BAR - 1
                cell = padded(self._bar(metric, model), _BAR + 1) + padded(cell, room, "right")
            cells.append(padded(cell, self._widths[metric.title], "right"))
        return joined(cells)


def _cell(metric: ReportMetric, model: Model, report: Report) -> str:
    if metric.measured and not model.is_measured:
        return ""
    cell = one_line(metric.cell(model, report))
    return symbol("skipped") if cell == NONE else cell


def _number(metric: ReportMetric, model: Model, report: Report) -> float:
    """Return a number that has a bar; 0 where there is none."""
    value = None if metric.measured and not model.is_measured else metric.value(model, report)
    return value if isinstance(value, int | float) and value > 0 else 0.0


def _status(model: Model) -> Text:
    failed = model.status is Status.FAILED
    mark, style = outcome_words(Outcome.FAILED if failed else Outcome.NOT_CHECKED, mark_only=True)
    return Text(f"{mark} {one_line(translated(model.sentence))}", style)


def _facts(model: Model, report: Report, shown: Iterable[ReportMetric]) -> Iterable[Text]:
    """Give what the row does not show: a name that it cuts, the hashes in full, then the finer numbers."""
    title = Text(one_line(translated(model.title)))
    if title.cell_len > _LONGEST_NAME:
        yield title
    if not model.is_measured:
        yield _status(model)
    if model.pitfall:
        yield Text.assemble((_("why") + " ", "dim"), one_line(f"paddock explain {model.pitfall}"))
    seen = (*(metric.title for metric in shown), "MD5", "SHA-256")
    rest = [metric for metric in metrics_of(report) if metric.title not in seen]
    for metric in rest:
        if metric.rank < FINE and (cell := _cell(metric, model, report)):
            yield Text.assemble((translated(metric.name) + " ", "dim"), cell)
    for name, value in (("MD5", model.md5), ("SHA-256", model.sha256)):
        if value:
            yield Text.assemble((f"{name} ", "dim"), one_line(value))
    for metric in rest:
        cell = _cell(metric, model, report)
        if metric.rank == FINE and cell not in ("", symbol("skipped")):
            yield Text.assemble((translated(metric.name) + " ", "dim"), cell)
