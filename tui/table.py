"""The parity table on a terminal, drawn from the report and from nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich import box
from rich.table import Table
from rich.text import Text

from pipeline.report.model import Report
from pipeline.report.table import differences, notes, rows, titles, verdict_line
from pipeline.report.training import summary
from pipeline.tasks import TASKS
from pipeline.text import one_line
from stages.contract.variant import Variant
from tui.appearance import verdict_mark
from tui.console import Terminal
from tui.language import N_, _, translated
from tui.verdicts import judged_lines, limit_words, weightiest

#: Dropped first when the terminal is narrow, in this order.
_LEAST_NEEDED = (
    "SHA-256", "RSS MB", "p90 ms", "boxes", "img/s", "flipped", "recall", "precision", "NED",
)  # fmt: skip
_WIDTHS = {"model": 10, "SHA-256": 14}
_LEFT = ("model", "SHA-256")
_SHOWN_MISMATCHES = 5
#: How guards are counted, in this order.
_OUTCOMES = (
    N_("passed"), N_("enforced"), N_("failed"), N_("warning"), N_("not checked"), N_("does not apply"),
)  # fmt: skip


def print_parity(report: Report, terminal: Terminal) -> None:
    """Write the table, the first images that models differ on, and last the verdict."""
    heads = titles(report)
    shown = _fitting(heads, terminal.results.width)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in shown:
        table.add_column(translated(title), justify="left" if title in _LEFT else "right")
    for row in rows(report):
        cells = dict(zip(heads, row, strict=True))
        table.add_row(*(Text(one_line(_cell(title, cells[title]))) for title in shown))
    terminal.results.print(table)
    _print_differences(report, terminal)
    _print_verdict(report, terminal)


def _fitting(heads: tuple[str, ...], width: int) -> list[str]:
    """Leave out the least needed columns until the others fit."""
    chosen = list(heads)
    for title in (title for title in _LEAST_NEEDED if title in heads):
        if sum(_WIDTHS.get(name, 9) + 2 for name in chosen) <= width:
            break
        chosen.remove(title)
    return chosen


def _cell(title: str, text: str) -> str:
    """Return a cell in the chosen language: the status of a model that was not measured is a sentence."""
    return text if title in _LEFT else translated(text)


def _print_verdict(report: Report, terminal: Terminal) -> None:
    """Write what is known of the run, why it was judged as it was, and last the verdict."""
    facts = (_notes, _dictionary, _training, _weights, _guards, _limits)
    for line in (line for fact in facts for line in fact(report)):
        terminal.print(f"  {line}")
    for line, style in judged_lines(report.judgement):
        terminal.print(f"  {line}", style)
    mark, style = verdict_mark(report.verdict)
    terminal.print(f"{mark} {translated(verdict_line(report))}", style)


def _notes(report: Report) -> Iterator[str]:
    yield from map(translated, notes(report))


def _dictionary(report: Report) -> Iterator[str]:
    if dictionary := report.dictionary:
        yield _("dictionary: {entries} entries, {classes} classes, SHA-256 {sha256}").format(
            entries=dictionary.entries,
            classes=dictionary.classes,
            sha256=dictionary.sha256[:12],
        )


def _training(report: Report) -> Iterator[str]:
    """Give in a line why training stopped, and what it came to."""
    if trained := report.training:
        yield _("training: {summary}").format(summary=translated(summary(trained)))


def _weights(report: Report) -> Iterator[str]:
    """Give in a line how many tensors of each NB file were traced to the model that was trained."""
    traced = [
        f"{step.to} {step.same + step.derived}/{step.tensors}"
        for step in (report.lineage.steps if report.lineage else ())
        if Variant.of_model(step.to)
    ]
    if traced:
        yield _("weights: tensors traced to the PD model: {files}").format(files=", ".join(traced))


def _guards(report: Report) -> Iterator[str]:
    """Give in a line how many guards came to what."""
    counts = Counter(
        "warning" if guard.is_warning else guard.outcome.value for guard in report.guards
    )
    said = ", ".join(_(name) + f" {counts[name]}" for name in _OUTCOMES if counts[name])
    yield _("guards: {counts}").format(counts=said)


def _limits(report: Report) -> Iterator[str]:
    """Give in a line what was asked for beside what was measured."""
    if said := ", ".join(limit_words(limit)[0] for limit in weightiest(report.limits)):
        yield _("limits: {limits}").format(limits=said)


def _print_differences(report: Report, terminal: Terminal) -> None:
    """Write the first images on which models differ from the label or from each other."""
    heads, found = differences(report)
    is_text = TASKS[report.task].reads
    names = [_("label") if head == "label" else head for head in heads[1:]]
    for image, *said in found[:_SHOWN_MISMATCHES]:
        readings = (repr(text) if is_text else translated(text) for text in said)
        pairs = (f"{name} {reading}" for name, reading in zip(names, readings, strict=True))
        terminal.print(f"  {image}: {('  ' if is_text else '; ').join(pairs)}")
    rest = len(found) - _SHOWN_MISMATCHES
    if rest > 0:
        more = _("  … and {count} more: see report.md")
        terminal.print(more.format(count=rest))
