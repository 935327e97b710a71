"""How long a stage and a run still take, as far as anything tells: its own pace, and how it went last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone

from pipeline.text import human_seconds
from tui.language import _
from tui.views.run import RunView, StageView


def clock() -> datetime:
    """Return the time that whatever goes on is measured to."""
    return datetime.now(timezone.utc)


@dataclass(frozen=True)
class Outlook:
    """Seconds that are left. Without them it is ``late``, or ``unknown`` names what nothing is known of.

    ``by_last``: what it is held against is how long it took last time; else the pace of this step alone.
    """

    left: float | None = None
    late: bool = False
    unknown: str = ""
    by_last: bool = False

    @property
    def words(self) -> str:
        """The time left in words; or why there is none."""
        if self.left is not None:
            said = _("{time} left") if self.by_last else _("{time} left in this step")
            return said.format(time=human_seconds(self.left))
        if self.late:
            return _("longer than last time") if self.by_last else _("longer than expected")
        return _("no earlier {stage} to go by").format(stage=self.unknown)


def stage_outlook(stage: StageView, last: StageView | None, now: datetime) -> Outlook:
    """Return how long a stage that runs still takes.

    Args:
        stage: that runs.
        last: the same when it ran before; None if it never did.
        now: counts the time down between two events.
    """
    end = stage.course.end(last.course, last.seconds) if last else stage.course.end(None, None)
    if end is None:
        return Outlook(unknown=stage.name)
    left = end - elapsed(stage, now)
    course = stage.course
    by_last = last is not None and (not course.step or course.step in last.course.steps)
    return Outlook(left, by_last=by_last) if left > 0 else Outlook(late=True, by_last=by_last)


def run_outlook(view: RunView, last: Mapping[str, StageView], now: datetime) -> Outlook:
    """Return how long the run still takes: what runs, and what is still to come."""
    running = view.running_stage
    first = stage_outlook(running, last.get(running.name), now) if running else Outlook(0.0)
    if (
        running and first.left is not None and not first.by_last
    ):  # what follows the step is not known
        return Outlook(unknown=running.name)
    if first.left is None:
        return first
    left = first.left
    for stage in view.stages.values():
        if stage.state != "waiting" or stage.planned == "cached":
            continue
        seconds = took(last.get(stage.name))
        if seconds is None:
            return Outlook(unknown=stage.name)
        left += seconds
    return Outlook(left, by_last=True)


def elapsed(stage: StageView, now: datetime) -> float:
    """Return for how many seconds a stage has been running, or ran."""
    if stage.state == "running" and stage.started:
        return max(0.0, (now - stage.started).total_seconds())
    return stage.seconds or 0.0


def took(stage: StageView | None) -> float | None:
    """Return how long a stage took; None if it did not run to its end."""
    return stage.seconds if stage else None
