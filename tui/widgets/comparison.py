"""Two runs beside each other, as text: what came out differently, then what went in differently."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from textual.widgets import Static

from pipeline.record.runs import Ending
from pipeline.report.runs_compared import Comparison, Measure, ModelPair, Side, StagePair, Trend
from pipeline.text import human_seconds, one_line
from tui.appearance import Mark, symbol
from tui.language import N_, _, ngettext, translated
from tui.widgets.run_table import ending_text, local_time
from tui.words import ending_words

_TRENDS: dict[Trend, tuple[str, str]] = {
    "better": (N_("better"), "green"),
    "worse": (N_("worse"), "bold red"),
    "same": (N_("about the same"), "dim"),
    "other": (N_("different"), "bold"),
}


class ComparisonView(Static):
    """Draws a :class:`~pipeline.report.runs_compared.Comparison`."""

    DEFAULT_CSS = """
    ComparisonView { height: auto; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__("", markup=False)

    def show(self, comparison: Comparison) -> None:
        """Show both runs, results, and stages."""
        self.update(
            Group(
                _sides(comparison),
                Text("\n" + _("Results"), "bold"),
                *_results(comparison),
                Text("\n" + _("Stages"), "bold"),
                *_stages(comparison),
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
        took = human_seconds(side.summary.seconds)
        table.add_row(
            Text(label, "bold"),
            Text(local_time(side.summary.started)),
            Text(took),
            Text.assemble(ending_text(side.summary), "  ", (side.run, "dim")),
        )
    return table


# Results.


def _results(comparison: Comparison) -> Iterator[RenderableType]:
    for side in comparison.lacking:
        yield Text(f"{symbol('note')} {_no_report(side)}")
    if comparison.lacking:
        return
    for pair in comparison.models:
        yield _model_title(pair)
        changed = [item for item in pair.measures if item.before != item.now]
        if changed:
            yield _measures(changed)


def _no_report(side: Side) -> str:
    said = _("{run} has no report: it ended before the models were compared")
    return said.format(run=side.run)


def _model_title(pair: ModelPair) -> Text:
    title = Text(one_line(pair.name), "bold")
    if pair.only:
        said = _("only before") if pair.only == "before" else _("only now")
        return title.append(f"  {symbol('note')} {said}", "not bold")
    same = sum(item.before == item.now for item in pair.measures)
    if same == len(pair.measures):
        return title.append(f"  {symbol('done')} " + _("nothing differs"), "not bold")
    said = ngettext("{count} other number is equal", "{count} other numbers are equal", same)
    return title.append(f"  {said.format(count=same)}", "not bold dim") if same else title


def _measures(measures: list[Measure]) -> Table:
    table = _grid(4)
    for item in measures:
        change = f"{one_line(item.before)} {symbol('arrow')} {one_line(item.now)}"
        words, style = _TRENDS[item.trend]
        table.add_row(
            Text("  " + _(item.metric.title)),
            Text(change),
            Text(f"{symbol(_direction(item))} " + _(words), style),
            Text(one_line(_(item.metric.name)), "dim"),
        )
    return table


def _direction(item: Measure) -> Mark:
    """Return an arrow the way the number went; another hash went nowhere."""
    if item.trend in ("same", "other"):
        return "note"
    rose = (item.trend == "better") == (item.metric.better == "higher")
    return "up" if rose else "down"


# Stages.


def _stages(comparison: Comparison) -> Iterator[RenderableType]:
    if not comparison.stages:
        yield Text(f"{symbol('note')} " + _("neither run came to a stage"))
        return
    table = _grid(3)
    for pair in comparison.stages:
        table.add_row(Text(one_line(pair.stage), "bold"), _course(pair), _differences(pair))
    yield table


def _course(pair: StagePair) -> Text:
    """Say how the stage ended in each run, and how long it took where it ran."""
    course = Text()
    for ending, seconds in zip((pair.before, pair.now), pair.seconds, strict=True):
        course.append(f" {symbol('arrow')} " if course else "")
        words, style = _ending(ending)
        course.append(words, style)
        if seconds is not None and ending == "finished":
            course.append(f" {human_seconds(seconds)}", "dim")
    return course


def _ending(ending: Ending | None) -> tuple[str, str]:
    return ending_words(ending) if ending else (f"{symbol('skipped')} " + _("absent"), "dim")


def _differences(pair: StagePair) -> Text:
    lines = [_origin(pair)]
    arrow = symbol("arrow")
    lines += [one_line(translated(change)).replace("→", arrow) for change in pair.changes]
    lines += [
        f"{one_line(name)} {one_line(old)} {symbol('arrow')} {one_line(new)}"
        for name, old, new in pair.environment
    ]
    if pair.files:
        count = len(pair.files)
        said = ngettext("{count} file differs: {names}", "{count} files differ: {names}", count)
        lines.append(said.format(count=count, names=one_line(", ".join(pair.files))))
    return Text("\n".join(line for line in lines if line))


def _origin(pair: StagePair) -> str:
    if pair.origin == "same":
        said = _("same inputs, parameters and image, yet other files")
        return said if pair.files else _("nothing changed")
    if pair.origin == "unknown":
        return _("cannot be compared: the ledger has no result of one of the two")
    if pair.origin == "absent":
        return _("only before") if pair.before else _("only now")
    return ""
