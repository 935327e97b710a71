"""The parity table on a terminal, drawn from the report and from nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from pipeline.report.table import TITLES, rows, verdict_line
from pipeline.text import one_line
from tui.console import Terminal
from tui.language import _, translated

#: Dropped first when the terminal is narrow, in this order.
_LEAST_NEEDED = ("SHA-256", "RSS MB", "p90 ms", "img/s", "NED")
_WIDTHS = {"model": 10, "SHA-256": 14}
_LEFT = ("model", "SHA-256")
_SHOWN_MISMATCHES = 5
_OUTCOMES = ("passed", "failed", "not checked")


def print_parity(report: Mapping[str, Any], terminal: Terminal) -> None:
    """Write the table, the verdict and the first lines that were read differently."""
    titles = _fitting(terminal.results.width)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in titles:
        table.add_column(translated(title), justify="left" if title in _LEFT else "right")
    for row in rows(report):
        cells = dict(zip(TITLES, row, strict=True))
        table.add_row(*(Text(one_line(_cell(title, cells[title]))) for title in titles))
    terminal.results.print(table)
    _print_verdict(report, terminal)
    _print_mismatches(report["mismatches"], terminal)


def _fitting(width: int) -> tuple[str, ...]:
    titles = list(TITLES)
    for title in _LEAST_NEEDED:
        if sum(_WIDTHS.get(name, 9) + 2 for name in titles) <= width:
            break
        titles.remove(title)
    return tuple(titles)


def _cell(title: str, text: str) -> str:
    """Return a cell in the chosen language: the status of a model that was not measured is a sentence."""
    return text if title in _LEFT else translated(text)


def _print_verdict(report: Mapping[str, Any], terminal: Terminal) -> None:
    passed = report["verdict"] == "pass"
    symbol = "✔" if passed else "✘"
    terminal.print(
        f"{symbol} {translated(verdict_line(report))}", "bold green" if passed else "bold red"
    )
    for line in (*report["reasons"], *report["remarks"]):
        terminal.print(f"  - {translated(line)}")
    dictionary = report["dictionary"]
    terminal.print(
        _("  dictionary: {entries} entries, {classes} classes, SHA-256 {sha256}").format(
            entries=dictionary["entries"],
            classes=dictionary["classes"],
            sha256=dictionary["sha256"][:12],
        )
    )
    for line in (*_weights(report), *_guards(report)):
        terminal.print(f"  {line}")


def _weights(report: Mapping[str, Any]) -> Iterator[str]:
    """Give in a line how many tensors of each NB file were traced to the model that was trained."""
    steps = (report.get("lineage") or {}).get("steps") or ()
    traced = [
        f"{step['to']} {step['same'] + step['derived']}/{step['tensors']}"
        for step in steps
        if str(step["to"]).startswith("nb-")
    ]
    if traced:
        yield _("weights: tensors traced to the trained model: {files}").format(
            files=", ".join(traced)
        )


def _guards(report: Mapping[str, Any]) -> Iterator[str]:
    """Give in a line how many guards came to what."""
    counts = Counter(str(guard["outcome"]) for guard in report["pitfalls"])
    said = ", ".join(f"{translated(name)} {counts[name]}" for name in _OUTCOMES if counts[name])
    yield _("guards: {counts}").format(counts=said)


def _print_mismatches(mismatches: list[Mapping[str, str]], terminal: Terminal) -> None:
    for item in mismatches[:_SHOWN_MISMATCHES]:
        readings = "  ".join(
            f"{name} {value!r}" for name, value in item.items() if name not in ("image", "label")
        )
        label = _("{image}: label {label}").format(image=item["image"], label=repr(item["label"]))
        terminal.print(f"  {label}  {readings}")
    rest = len(mismatches) - _SHOWN_MISMATCHES
    if rest > 0:
        more = _("  … and {count} more lines read differently: see report.md")
        terminal.print(more.format(count=rest))
