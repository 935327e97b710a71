"""How far something is and how long it still takes, in numbers and in a sentence."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.text import human_seconds, one_line
from stages.contract import Progress
from stages.message import Message
from tui.language import _, translated

#: Work of fewer units has none that are alike: loading a model, writing a file. It has no pace.
_ALIKE = 10


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
class Course:
    """The steps that a stage's work has gone through. All times are seconds after it began.

    A step is told by what its progress counts, and by the sentence that names it whatever its numbers
    are: ``steps`` has when each began. ``until`` is when the step that goes on will be over at its own
    pace, None while it has none.
    """

    steps: dict[str, float] = field(default_factory=dict)
    step: str = ""
    until: float | None = None
    _estimator: Estimator = field(default_factory=lambda: Estimator(0.0), repr=False)

    def take(self, progress: Progress, now: float) -> None:
        """Take a progress event, which was said at ``now``."""
        note = progress.note
        name = f"{progress.unit}: {note.template if isinstance(note, Message) else note}"
        if name != self.step:
            self.step, self._estimator = name, Estimator(now)
            self.steps.setdefault(name, now)
        left = self._estimator.seconds_left(progress.done, progress.total, now)
        has_pace = left is not None and progress.total >= _ALIKE
        self.until = now + left if left is not None and has_pace else None

    def end(self, then: Course | None, took: float | None) -> float | None:
        """Return when the work will be over, or None if nothing tells.

        Args:
            then: how it went when it was done last.
            took: how long it took then.
        """
        if then is None or took is None:
            return self.until
        if not self.step:
            return took
        if self.step not in then.steps:
            return self.until
        began = then.steps[self.step]
        if self.until is None:
            return self.steps[self.step] + took - began
        ended = min((time for time in then.steps.values() if time > began), default=took)
        return self.until + took - ended


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
