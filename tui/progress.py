"""How far something is and how long it still takes, in numbers and in a sentence."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.text import human_seconds, one_line
from stages.contract import Progress
from tui.language import _, translated


@dataclass
class Estimator:
    """Assumes that the rest goes at the pace so far; says nothing before it can know."""

    started: float
    first_done: float | None = None

    def seconds_left(self, done: float, total: float, now: float) -> float | None:
        """Return the estimate in seconds, or None while there is no pace to go by."""
        if self.first_done is None:
            self.started, self.first_done = now, done
            return None
        gained = done - self.first_done
        if gained <= 0 or done >= total:
            return None
        return (now - self.started) / gained * (total - done)


@dataclass
class Forecast:
    """Estimates a stage's work. Another unit or total is other work, at a pace of its own.

    So is what has a name of its own beside the rest that has none, such as the loading of models.
    """

    _work: tuple[str, float, bool] = ("", 0.0, False)
    _estimator: Estimator = field(default_factory=lambda: Estimator(0.0))

    def seconds_left(self, progress: Progress, now: float) -> float | None:
        """Return the estimate in seconds after ``progress``, which was said at ``now``."""
        work = (progress.unit, progress.total, bool(progress.note))
        if work != self._work:
            self._work, self._estimator = work, Estimator(now)
        return self._estimator.seconds_left(progress.done, progress.total, now)


def share_of(progress: Progress) -> float:
    """Return how much of the work is done, from 0 to 1."""
    return min(1.0, progress.done / progress.total) if progress.total else 1.0


def progress_sentence(
    progress: Progress, seconds_left: float | None, loss: float | None = None
) -> str:
    """Return what is being done, how much of it, the loss of a training, and the time left."""
    note = _("{note}: ").format(note=one_line(translated(progress.note))) if progress.note else ""
    unit = one_line(translated(progress.unit))
    left = _(", {time} left").format(time=human_seconds(seconds_left)) if seconds_left else ""
    count = f"{progress.done:g}/{progress.total:g} {unit} ({share_of(progress):.0%})"
    learning = _(", loss {loss}").format(loss=f"{loss:.4f}") if loss is not None else ""
    return f"{note}{count}{learning}{left}"
