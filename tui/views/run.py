"""What a run looks like after the events so far: a plain record that screens draw and tests compare.

Events go in through :meth:`RunView.apply`, one after the other; nothing else changes a view.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pipeline.plan.stages import STAGES
from pipeline.record.events import (
    Delivered,
    Envelope,
    Noted,
    ResourcesUsed,
    RunFailed,
    RunFinished,
    RunStarted,
    StageCached,
    StageFinished,
    StagePlanned,
    StageSkipped,
    StageStarted,
)
from pipeline.record.follow import read_events
from pipeline.record.runs import STOPPED, RunFolder
from pipeline.record.verdict import Verdict
from stages.contract import (
    ArtifactMade,
    EnvironmentRead,
    Metric,
    Progress,
    Warned,
)
from tui.progress import Course

if TYPE_CHECKING:
    from pipeline.plan.planner import Step

State = Literal["waiting", "running", "done", "cached", "skipped", "failed", "stopped", "unreached"]

#: Points that a curve keeps; later ones take the place of every second earlier one.
_CURVE_POINTS = 2000
#: How far back the use of processors and memory is kept.
_KEPT = timedelta(minutes=1)


@dataclass
class StageView:
    """One stage of the run. ``planned`` is what was said before the run came to it.

    ``failure`` is why it failed; ``progress`` stays where it ended.
    ``judged`` is the verdict of the run, on the stage that measured what it is about.
    """

    name: str
    state: State = "waiting"
    planned: str = ""
    reason: str = ""
    key: str = ""
    image: str = ""
    made_in: str = ""
    log: Path | None = None
    started: datetime | None = None
    seconds: float | None = None
    progress: Progress | None = None
    course: Course = field(default_factory=Course)
    failure: str = ""
    steps_per_epoch: float | None = None
    curves: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    results: dict[str, Any] = field(default_factory=dict)
    artifacts: list[ArtifactMade] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    resources: ResourcesUsed | None = None
    peak_memory: int = 0
    judged: Verdict | None = None

    def advance(self, progress: Progress, when: datetime) -> None:
        """Take a progress event; the pace is that of the events' own times."""
        self.progress = progress
        if progress.epochs:
            self.steps_per_epoch = progress.total / progress.epochs
        self.course.take(progress, (when - (self.started or when)).total_seconds())

    def add_point(self, metric: Metric) -> None:
        """Add a point to the metric's curve, thinning a long one out."""
        curve = self.curves.setdefault(metric.name, [])
        curve.append((metric.step, metric.value))
        if len(curve) > _CURVE_POINTS:
            del curve[1:-1:2]

    def as_cached(self, now: StageView) -> StageView:
        """Return this record of an earlier run as the cached stage ``now``."""
        return replace(
            self,
            state="cached",
            made_in=now.made_in,
            reason=now.reason,
            planned=now.planned,
            judged=now.judged,
        )


@dataclass
class RunView:
    """A run, as far as it has come. ``version`` rises with every event.

    ``member`` is the one of a sweep whose run it is; "" if it is none's.
    """

    name: str = ""
    member: str = ""
    project: str = ""
    folder: str = ""
    endpoint: str = ""
    pid: int = 0
    host: str = ""
    started: datetime | None = None
    last: datetime | None = None
    stages: dict[str, StageView] = field(
        default_factory=lambda: {name: StageView(name) for name in STAGES}
    )
    notes: list[str] = field(default_factory=list)
    used: deque[tuple[datetime, ResourcesUsed]] = field(default_factory=deque)
    failure: RunFailed | None = None
    delivered: Delivered | None = None
    finished: RunFinished | None = None
    version: int = 0

    @property
    def running_stage(self) -> StageView | None:
        """The stage whose container runs now."""
        return next((item for item in self.stages.values() if item.state == "running"), None)

    def apply(self, envelope: Envelope) -> None:
        """Take the next event."""
        self.version += 1
        self.name, self.member = envelope.run, envelope.member
        self.last = datetime.fromisoformat(envelope.time)
        self.started = self.started or self.last
        if not isinstance(envelope.event, StagePlanned):
            self._leave_out_what_is_not_planned()
        if envelope.stage:
            stage = self.stages.setdefault(envelope.stage, StageView(envelope.stage))
            _apply_to_stage(stage, envelope, self.last)
            if isinstance(envelope.event, ResourcesUsed):
                self._keep_used(envelope.event, self.last)
        else:
            self._apply_own(envelope)

    def apply_all(self, envelopes: Iterable[Envelope]) -> None:
        """Take several events."""
        for envelope in envelopes:
            self.apply(envelope)

    def find_logs(self, run: RunFolder) -> None:
        """Look for the stages' logs where ``run`` is now: the project may have been moved since."""
        for stage in self.stages.values():
            if stage.log:
                stage.log = run.log(stage.name)

    def cut_short(self) -> None:
        """Say of what still runs that it stopped: its runner is gone without a last word."""
        for stage in self.stages.values():
            if stage.state == "running":
                stage.state = "stopped"
        self._end_waiting()
        self.version += 1

    def plan(self, steps: Iterable[Step]) -> None:
        """Take what a run would do, before there is one."""
        for step in steps:
            planned = StagePlanned(step.action, step.reason)
            _plan(self.stages.setdefault(step.stage, StageView(step.stage)), planned)
        self._leave_out_what_is_not_planned()

    def _keep_used(self, used: ResourcesUsed, now: datetime) -> None:
        self.used.append((now, used))
        while now - self.used[0][0] > _KEPT:
            self.used.popleft()

    def _apply_own(self, envelope: Envelope) -> None:
        match envelope.event:
            case RunStarted() as event:
                self.project, self.folder, self.endpoint = (
                    event.project,
                    event.folder,
                    event.endpoint,
                )
                self.pid, self.host = event.pid, event.host
            case Noted() as event:
                self.notes.append(event.message)
            case RunFailed() as event:
                self.failure = event
                running = self.running_stage
                self._end_running("stopped" if _is_stop(event.code) else "failed")
                if running and running.state == "failed":
                    running.failure = event.message
            case Delivered() as event:
                self.delivered = event
            case RunFinished() as event:
                self.finished = event
                self._end_running("stopped" if _is_stop(event.code) else "failed")
                self._end_waiting()
                if event.judgement and (measured := self.stages.get(STAGES[-1])):
                    measured.judged = event.judgement.verdict
            case _:
                pass

    def _leave_out_what_is_not_planned(self) -> None:
        """Once the plan was told: a stage that it does not name is none of this project's."""
        if any(stage.planned for stage in self.stages.values()):
            for name in [name for name, stage in self.stages.items() if _is_unheard_of(stage)]:
                del self.stages[name]

    def _end_waiting(self) -> None:
        """Say of what still waits that the run never came to it, whatever had been planned."""
        for stage in self.stages.values():
            if stage.state == "waiting":
                stage.state, stage.reason = "unreached", ""

    def _end_running(self, state: State) -> None:
        for stage in self.stages.values():
            if stage.state == "running":
                stage.state = state
                if stage.started and self.last:
                    stage.seconds = (self.last - stage.started).total_seconds()


def _is_unheard_of(stage: StageView) -> bool:
    return stage.state == "waiting" and not stage.planned


def _is_stop(code: int) -> bool:
    return code in STOPPED


def _plan(stage: StageView, event: StagePlanned) -> None:
    """Take what is planned; of a stage that the project skips nothing else will come."""
    stage.planned, stage.reason, stage.key = event.action, event.reason, event.key
    if event.action == "skip":
        stage.state = "skipped"


def _apply_to_stage(stage: StageView, envelope: Envelope, now: datetime) -> None:  # noqa: C901
    """Apply a stage's event: one case an event, nothing else."""
    match envelope.event:
        case StagePlanned() as event:
            _plan(stage, event)
        case StageStarted() as event:
            stage.state, stage.reason, stage.key = "running", event.reason, event.key
            stage.image, stage.log, stage.started = event.image, Path(event.log), now
        case StageCached() as event:
            stage.state, stage.key, stage.made_in = "cached", event.key, event.made_in
        case StageSkipped() as event:
            stage.state, stage.reason = "skipped", event.reason
        case StageFinished() as event:
            stage.state, stage.seconds, stage.results = "done", event.seconds, event.metrics
            stage.progress = None
        case Noted() as event:
            stage.notes.append(event.message)
        case Progress() as event:
            stage.advance(event, now)
        case Metric() as event:
            stage.add_point(event)
        case ArtifactMade() as event:
            stage.artifacts.append(event)
        case Warned() as event:
            stage.warnings.append(event)
        case EnvironmentRead() as event:
            stage.environment = dict(event.versions)
        case ResourcesUsed() as event:
            stage.resources = event
            stage.peak_memory = max(stage.peak_memory, event.memory)
        case _:
            pass


def planned_view(steps: Iterable[Step]) -> RunView:
    """Return the view of a run that has not begun, and would do this."""
    view = RunView()
    view.plan(steps)
    return view


def view_of(run: RunFolder) -> RunView:
    """Return the view of all that a run has recorded so far."""
    view = RunView()
    view.apply_all(read_events(run.events))
    view.find_logs(run)
    return view
