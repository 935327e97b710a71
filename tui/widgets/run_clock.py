"""The time of a whole run: gone, left, and what the same took last time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from pipeline.text import human_seconds
from tui.appearance import symbol
from tui.language import _
from tui.views import outlook
from tui.views.outlook import run_outlook, took
from tui.views.run import RunView, StageView
from tui.widgets.line import Line


class RunClock(Line):
    """A line on the time; one more where bars are drawn, on what they mean."""

    DEFAULT_CSS = """
    RunClock { padding: 0 1; }
    """

    def show_run(self, view: RunView, last: Mapping[str, StageView], *, has_bars: bool) -> None:
        """Show the time of a run; ``last`` has its stages as they ran before."""
        said = [*clock_lines(view, last, outlook.clock())]
        if said and has_bars and last:
            said.append(_legend(view))
        self.show("\n".join(said))


def clock_lines(view: RunView, last: Mapping[str, StageView], now: datetime) -> Iterator[str]:
    """Give how long the run has been going on and what is left; how long it took, if it is over."""
    dot = f" {symbol('dot')} "
    if view.running_stage and view.started:
        gone = human_seconds((now - view.started).total_seconds())
        yield dot.join((gone, run_outlook(view, last, now).words))
    elif view.finished:
        line = _("took {time}").format(time=human_seconds(view.finished.seconds))
        ran = [stage.name for stage in view.stages.values() if stage.state == "done"]
        before = [seconds for name in ran if (seconds := took(last.get(name))) is not None]
        if ran and len(before) == len(ran):
            line += dot + _("{time} last time").format(time=human_seconds(sum(before)))
        yield line


def _legend(view: RunView) -> str:
    before = _("expected") if view.running_stage else _("last time")
    return f"{symbol('full')} " + _("this run") + f"  {symbol('empty')} {before}"
