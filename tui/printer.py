"""A run as lines: one an event, for whoever reads along or reads it later."""

from __future__ import annotations

import shlex
import time
from dataclasses import replace
from pathlib import Path

from pipeline.plan.stages import STAGES
from pipeline.record.events import (
    AnyEvent,
    Delivered,
    Envelope,
    MemberPlaced,
    Noted,
    RunFailed,
    RunFinished,
    RunStarted,
    StageCached,
    StageFinished,
    StagePlanned,
    StageSkipped,
    StageStarted,
    SweepPlanned,
)
from pipeline.record.runs import list_runs
from pipeline.report.model import load_report
from pipeline.run.options import Options
from pipeline.text import human_seconds, human_size, one_line
from stages.contract import ArtifactMade, EnvironmentRead, Exit, Metric, Progress, Warned
from tui.console import Terminal, padded
from tui.evaluations import Evaluations
from tui.language import _, translated
from tui.progress import progress_sentence
from tui.table import print_parity
from tui.views.environments import PROCESSOR
from tui.views.run import StageView
from tui.views.story import story
from tui.words import end_words, plan_line

#: A progress line at most this often, in seconds: a log in CI is read, not watched.
PROGRESS_EVERY = 5.0


def print_report(folder: Path, code: int, options: Options, terminal: Terminal) -> None:
    """Print the table of a run that compared models; of one that a guard refused, where its report is."""
    newest = next(iter(list_runs(folder / ".paddock")), None)
    report = newest.report if newest else None
    if report is None:
        return
    if code == Exit.INTEGRITY:
        command = f"paddock report {shlex.quote(str(folder))}"
        terminal.note(_("  more:  {command}").format(command=command))
    if options.last == STAGES[-1] and code in (Exit.OK, Exit.PARITY):
        print_parity(load_report(report), terminal)


class Printer:
    """Turns events into lines, each after the ``prefix``."""

    def __init__(self, terminal: Terminal, *, show_plan: bool = False, prefix: str = "") -> None:
        self._terminal, self._show_plan, self._prefix = terminal, show_plan, prefix
        self._stages: dict[str, StageView] = {}
        self._evaluations: dict[str, Evaluations] = {}
        self._last_progress = 0.0

    def show(self, envelope: Envelope) -> None:
        """Print the event, or nothing if it would only be noise."""
        event, stage = envelope.event, envelope.stage
        measured = self._evaluations.setdefault(stage, Evaluations())
        lines = measured.take(event) if isinstance(event, Metric) else measured.end()
        for line in lines:
            self._print(f"{padded(stage, 8)}   {line}")
        if isinstance(event, Progress):
            self._show_progress(event, stage)
            return
        if isinstance(event, RunFailed):
            if self._prefix:
                self._terminal.note(self._prefix)
            self._terminal.failure(event.message, event.where, event.remedy, event.pitfall)
            return
        line = self._line(event, stage)
        if isinstance(event, RunFinished) and event.code not in (Exit.OK, Exit.PARITY):
            self._terminal.note(self._prefix + line)
        elif line:
            self._print(padded(stage or _("run"), 8) + f" {line}")

    def _print(self, line: str) -> None:
        self._terminal.print(self._prefix + line)

    def _of(self, stage: str) -> StageView:
        return self._stages.setdefault(stage, StageView(stage))

    def _show_progress(self, event: Progress, stage: str) -> None:
        now = time.monotonic()
        course = self._of(stage).course
        course.take(event, now)
        left = course.until - now if course.until is not None else None
        if now - self._last_progress < PROGRESS_EVERY and event.done < event.total:
            return
        self._last_progress = now
        said = progress_sentence(event, left, self._evaluations[stage].loss)
        self._print(f"{padded(stage, 8)}   {said}")

    def _line(self, event: AnyEvent, stage: str) -> str:  # noqa: C901 - one case an event, nothing else
        match event:
            case SweepPlanned(jobs=0):
                planned = _("{count} members, as many at once as the Swarm has room for")
                return planned.format(count=len(event.members))
            case SweepPlanned():
                return _("{count} members, {jobs} at once").format(
                    count=len(event.members), jobs=event.jobs
                )
            case RunStarted():
                engine = _("engine {endpoint}").format(endpoint=translated(event.endpoint))
                return f"{event.project} · {engine}"
            case MemberPlaced():
                return _placed(event)
            case StagePlanned():
                return plan_line(event.action, event.reason) if self._show_plan else ""
            case StageStarted():
                return "▶ " + _("started: {reason}").format(reason=translated(event.reason))
            case StageCached():
                return "✔ " + _("cached: made in {run}").format(run=event.made_in)
            case StageSkipped():
                return "– " + _("skipped: {reason}").format(reason=translated(event.reason))
            case StageFinished():
                done = _("done in {time}").format(time=human_seconds(event.seconds))
                view = replace(self._of(stage), state="done", results=event.metrics)
                return f"✔ {' · '.join((done, *story(view)))}"
            case Noted():
                return f"  {translated(event.message)}"
            case Delivered():
                return f"✔ {_wrote(event)}"
            case RunFinished():
                return _ended(event)
            case ArtifactMade():
                self._of(stage).artifacts.append(event)
                size = human_size(event.size)
                return f"  {event.path} {size} md5 {event.md5} sha256 {event.sha256}"
            case Warned():
                where = _("{where}: ").format(where=event.where) if event.where else ""
                return f"! {where}{translated(event.message)}{_pitfall(event.pitfall)}"
            case EnvironmentRead():
                told = (item for item in event.versions.items() if item[0] not in PROCESSOR)
                return "  " + ", ".join(f"{name} {value}" for name, value in told)
            case _:
                return ""


def _pitfall(pitfall: str) -> str:
    """Return where a warning's pitfall is explained, after the warning itself."""
    return (
        " (" + _("see: {command}").format(command=f"paddock explain {pitfall}") + ")"
        if pitfall
        else ""
    )


def _wrote(event: Delivered) -> str:
    said = _("wrote {folder} ({count} files)")
    return said.format(folder=_nearby(event.folder), count=len(event.files))


def _placed(event: MemberPlaced) -> str:
    name, node, state = map(one_line, (event.name, event.node, event.state))
    template = _("{name}: {state} on {node}") if node else _("{name}: {state}")
    told = template.format(name=name, state=state, node=node)
    return told + (
        _(", attempt {number}").format(number=event.attempt) if event.attempt > 1 else ""
    )


def _ended(event: RunFinished) -> str:
    time = human_seconds(event.seconds)
    if event.judgement:
        return _("{verdict} in {time}").format(verdict=end_words(event)[0], time=time)
    if event.code == Exit.OK:
        return _("done in {time}").format(time=time)
    return _("ended with {code} in {time}").format(code=event.code, time=time)


def _nearby(path: str) -> str:
    """Return ``path`` relative to where the user is, if it is below."""
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if Path(path).is_relative_to(here) else path
