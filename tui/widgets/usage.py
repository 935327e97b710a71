"""Processors and memory that the running stage uses: the last minute as a line, and now in numbers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from rich.cells import cell_len
from rich.text import Text

from pipeline.text import human_size
from tui.appearance import current
from tui.language import _
from tui.views.run import RunView
from tui.widgets.line import Line

_LEVELS, _ASCII_LEVELS = "▁▂▃▄▅▆▇█", "_.-=+*%#"
_MINUTE, _GB = timedelta(minutes=1), 10**9
#: Cells of the line: a sample is taken every two seconds.
_LONGEST = 30


class Usage(Line):
    """Two lines; hidden while nothing runs, and before the first sample."""

    DEFAULT_CSS = """
    Usage { display: none; height: 2; padding: 0 1; color: $text-muted; text-wrap: nowrap; }
    Usage.-shown { display: block; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._view = RunView()

    def show_run(self, view: RunView) -> None:
        """Show the last minute of the run."""
        self._view = view
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        running = self._view.running_stage
        is_shown = bool(self._view.used and running and running.resources)
        self.set_class(is_shown, "-shown")
        if is_shown:
            self.show(usage_text(self._view, self.size.width - 2))


def usage_text(view: RunView, width: int) -> Text:
    """Return two lines: name, the last minute, and the last sample."""
    until, now = view.used[-1]
    memory = human_size(now.memory)
    if now.memory_limit >= _GB:
        memory = f"{now.memory / _GB:.1f} / {human_size(now.memory_limit)}"
    names = (_("CPU"), _("memory"))
    numbers = (_("{cpu} CPUs").format(cpu=f"{now.cpu:.1f}"), memory)
    series = (
        [(when, used.cpu) for when, used in view.used],
        [(when, float(used.memory)) for when, used in view.used],
    )
    most = (max(1.0, *(cpu for _when, cpu in series[0])), float(now.memory_limit))
    widest = max(map(cell_len, names))
    room = width - widest - max(map(cell_len, numbers)) - 2
    lines = []
    for name, number, samples, top in zip(names, numbers, series, most, strict=True):
        line = sparkline(samples, until, top, min(_LONGEST, room)) if room >= 1 else ""
        lines.append(" ".join((name + " " * (widest - cell_len(name)), line, number)).rstrip())
    return Text("\n".join(lines))


def sparkline(
    samples: Iterable[tuple[datetime, float]], until: datetime, top: float, cells: int
) -> str:
    """Return the minute before ``until``: in each cell the largest sample, its height out of ``top``.

    Without a ``top`` the largest of all is as high as a cell.
    """
    peaks: dict[int, float] = {}
    for when, value in samples:
        cell = cells - 1 - int((until - when) / _MINUTE * cells)
        if cell >= 0:
            peaks[cell] = max(value, peaks.get(cell, 0.0))
    levels = _ASCII_LEVELS if current().ascii_only else _LEVELS
    top = top or max(peaks.values(), default=0.0) or 1.0
    last = len(levels) - 1
    return "".join(
        levels[min(last, round(peaks[cell] / top * last))] if cell in peaks else " "
        for cell in range(cells)
    )
