"""The parity table on a terminal, drawn from the report and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from pipeline.report.table import TITLES, rows, verdict_line
from pipeline.text import one_line
from tui.console import Terminal

#: Dropped first when the terminal is narrow, in this order.
_LEAST_NEEDED = ("SHA-256", "RSS MB", "p90 ms", "img/s", "NED")
_WIDTHS = {"model": 10, "SHA-256": 14}
_SHOWN_MISMATCHES = 5


def print_parity(report: Mapping[str, Any], terminal: Terminal) -> None:
    """Write the table, the verdict and the first lines that were read differently."""
    titles = _fitting(terminal.results.width)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in titles:
        table.add_column(title, justify="left" if title in ("model", "SHA-256") else "right")
    for row in rows(report):
        cells = dict(zip(TITLES, row, strict=True))
        table.add_row(*(Text(one_line(cells[title])) for title in titles))
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


def _print_verdict(report: Mapping[str, Any], terminal: Terminal) -> None:
    passed = report["verdict"] == "pass"
    symbol = "✔" if passed else "✘"
    terminal.print(f"{symbol} {verdict_line(report)}", "bold green" if passed else "bold red")
    for line in (*report["reasons"], *report["remarks"]):
        terminal.print(f"  - {line}")
    dictionary = report["dictionary"]
    terminal.print(
        f"  dictionary: {dictionary['entries']} entries, {dictionary['classes']} classes, "
        f"SHA-256 {dictionary['sha256'][:12]}"
    )


def _print_mismatches(mismatches: list[Mapping[str, str]], terminal: Terminal) -> None:
    for item in mismatches[:_SHOWN_MISMATCHES]:
        readings = "  ".join(
            f"{name} {value!r}" for name, value in item.items() if name not in ("image", "label")
        )
        terminal.print(f"  {item['image']}: label {item['label']!r}  {readings}")
    rest = len(mismatches) - _SHOWN_MISMATCHES
    if rest > 0:
        terminal.print(f"  … and {rest} more lines read differently: see report.md")
