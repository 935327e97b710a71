"""What a build of the images looks like after the events so far: a plain record that the screen draws."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from pipeline.images.events import (
    BaseTried,
    BuildEvent,
    BuildFailed,
    ImageFinished,
    ImageStarted,
    LogLine,
    PullProgressed,
    StepStarted,
)
from tui.progress import Estimator

ImageState = Literal["waiting", "running", "done", "failed"]

#: Lines of the log that are kept for the screen; the file has all.
_KEPT = 500


@dataclass
class ImageView:
    """One image. Times in seconds of a clock that only goes forward, sizes in bytes."""

    name: str
    state: ImageState = "waiting"
    step: int = 0
    steps: int = 0
    instruction: str = ""
    started: float = 0.0
    seconds: float = 0.0
    size: int = 0
    id: str = ""
    up_to_date: bool = False


@dataclass
class BuildView:
    """A build, as far as it has come."""

    images: dict[str, ImageView] = field(default_factory=dict)
    base: BaseTried | None = None
    pull: PullProgressed | None = None
    pull_left: float | None = None
    log: deque[str] = field(default_factory=lambda: deque(maxlen=_KEPT))
    _pace: Estimator | None = field(default=None, repr=False)

    @classmethod
    def of(cls, names: Iterable[str]) -> BuildView:
        """Return a build of which nothing has begun."""
        return cls({name: ImageView(name) for name in names})

    @property
    def running(self) -> ImageView | None:
        """The image that is being built."""
        return next((item for item in self.images.values() if item.state == "running"), None)

    def apply(self, event: BuildEvent, now: float) -> None:
        """Take the next event."""
        match event:
            case BaseTried():
                self.base, self.pull, self.pull_left, self._pace = event, None, None, None
            case PullProgressed():
                self._pull(event, now)
            case LogLine():
                self.log.append(event.text)
            case _:
                self._of_image(event, now)

    def fail(self, now: float) -> None:
        """Say of what was being built that it failed."""
        if self.running:
            self.running.seconds = now - self.running.started
            self.running.state = "failed"

    def _of_image(
        self, event: ImageStarted | StepStarted | ImageFinished | BuildFailed, now: float
    ) -> None:
        image = self.images.setdefault(event.image, ImageView(event.image))
        match event:
            case ImageStarted():
                image.state, image.started = "running", now
            case StepStarted():
                image.step, image.steps, image.instruction = (
                    event.step,
                    event.steps,
                    event.instruction,
                )
                self.pull = self.pull_left = None
            case ImageFinished():
                image.state, image.seconds, image.size = "done", event.seconds, event.size
                image.id, image.up_to_date = event.id, event.up_to_date
            case BuildFailed():
                self.fail(now)

    def _pull(self, event: PullProgressed, now: float) -> None:
        self._pace = self._pace or Estimator(now)
        self.pull = event
        self.pull_left = self._pace.seconds_left(event.done, event.total, now)
