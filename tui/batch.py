"""``paddock --batch``: the runner in the foreground, one line an event."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

from pipeline.deliver import REPORT_FILE
from pipeline.events import (
    AnyEvent,
    Delivered,
    Envelope,
    Noted,
    RunFailed,
    RunFinished,
    RunStarted,
    StageCached,
    StageFinished,
    StagePlanned,
    StageSkipped,
    StageStarted,
)
from pipeline.runner import Options, StopSwitch, run
from pipeline.text import human_seconds, human_size
from stages.contract import ArtifactMade, EnvironmentRead, Exit, Metric, Progress, Warned
from tui.console import Terminal
from tui.progress import Estimator
from tui.table import print_parity

#: A progress line at most this often, in seconds: a log in CI is read, not watched.
PROGRESS_EVERY = 5.0


def run_batch(
    folder: Path, options: Options, environ: Mapping[str, str], as_json: bool, terminal: Terminal
) -> int:
    """Run in the foreground and print; return the exit code."""
    stop = StopSwitch()
    _listen_to_signals(stop, terminal)
    printer = Printer(terminal, show_plan=options.dry_run)

    def listen(envelope: Envelope) -> None:
        if as_json:
            terminal.raw(envelope.encode())
        else:
            printer.show(envelope)

    code = run(folder, options, environ, listen, stop)
    if not as_json and not options.dry_run:
        _print_report(folder, code, options, terminal)
    return code


def _listen_to_signals(stop: StopSwitch, terminal: Terminal) -> None:
    codes = {signal.SIGINT: Exit.INTERRUPTED, signal.SIGTERM: Exit.TERMINATED}

    def handle(number: int, _frame: FrameType | None) -> None:
        if not stop():
            terminal.note("stopping: the stage saves what it can resume from (again: at once) …")
        stop.order(codes[signal.Signals(number)])

    for number in codes:
        signal.signal(number, handle)


def _print_report(folder: Path, code: int, options: Options, terminal: Terminal) -> None:
    if options.last != "verify" or code not in (Exit.OK, Exit.PARITY):
        return
    name = "out" if code == Exit.OK else "out.failed"
    path = folder / name / REPORT_FILE
    print_parity(json.loads(path.read_text(encoding="utf-8")), terminal)


class Printer:
    """Turns events into lines."""

    def __init__(self, terminal: Terminal, *, show_plan: bool = False) -> None:
        self._terminal, self._show_plan = terminal, show_plan
        self._estimators: dict[str, Estimator] = {}
        self._last_progress = 0.0

    def show(self, envelope: Envelope) -> None:
        """Print the event, or nothing if it would only be noise."""
        event, stage = envelope.event, envelope.stage
        if isinstance(event, Progress):
            self._show_progress(event, stage)
            return
        if isinstance(event, RunFailed):
            self._terminal.failure(event.message, event.where, event.remedy)
            return
        line = self._line(event)
        if isinstance(event, RunFinished) and event.code not in (Exit.OK, Exit.PARITY):
            self._terminal.note(line)
        elif line:
            self._terminal.print(f"{stage or 'run':<8} {line}")

    def _show_progress(self, event: Progress, stage: str) -> None:
        key = f"{stage} {event.unit} {event.note}"
        estimator = self._estimators.setdefault(key, Estimator(time.monotonic()))
        now = time.monotonic()
        if now - self._last_progress < PROGRESS_EVERY and event.done < event.total:
            return
        self._last_progress = now
        left = estimator.seconds_left(event.done, event.total, now)
        eta = f", {human_seconds(left)} left" if left else ""
        note = f"{event.note}: " if event.note else ""
        share = event.done / event.total if event.total else 1.0
        text = f"{note}{event.done:g}/{event.total:g} {event.unit} ({share:.0%}){eta}"
        self._terminal.print(f"{stage:<8}   {text}")

    def _line(self, event: AnyEvent) -> str:  # noqa: C901 - one case an event, nothing else
        match event:
            case RunStarted():
                return f"{event.project} · engine {event.endpoint}"
            case StagePlanned():
                return plan_line(event.action, event.reason) if self._show_plan else ""
            case StageStarted():
                return f"▶ started: {event.reason}"
            case StageCached():
                return f"✔ cached: made in {event.made_in}"
            case StageSkipped():
                return f"– skipped: {event.reason}"
            case StageFinished():
                return f"✔ done in {human_seconds(event.seconds)}{_metrics(event.metrics)}"
            case Noted():
                return f"  {event.message}"
            case Delivered():
                return f"✔ wrote {_nearby(event.folder)} ({len(event.files)} files)"
            case RunFinished():
                word = {0: "done", 1: "parity failed"}.get(event.code, f"ended with {event.code}")
                return f"{word} in {human_seconds(event.seconds)}"
            case Metric():
                return f"  {event.name} {event.value:.4f} at {event.step}"
            case ArtifactMade():
                size = human_size(event.size)
                return f"  {event.path} {size} md5 {event.md5} sha256 {event.sha256}"
            case Warned():
                return f"! {event.where}: {event.message}" if event.where else f"! {event.message}"
            case EnvironmentRead():
                return "  " + ", ".join(f"{k} {v}" for k, v in event.versions.items())
            case _:
                return ""


def _nearby(path: str) -> str:
    """Return ``path`` relative to where the user is, if it is below."""
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if Path(path).is_relative_to(here) else path


#: Symbol and words for what a plan says of a stage.
_PLANNED = {
    "cached": "✔ cached",
    "run": "▶ would run",
    "wait": "… would follow",
    "skip": "– skipped",
}


def plan_line(action: str, reason: str) -> str:
    """Return what is planned for a stage, in words."""
    return f"{_PLANNED[action]}: {reason}"


def _metrics(metrics: Mapping[str, object]) -> str:
    plain = {
        name: f"{value:.4g}" if isinstance(value, float) else str(value)
        for name, value in metrics.items()
        if isinstance(value, (int, float, str))
    }
    return " · " + ", ".join(f"{name} {value}" for name, value in plain.items()) if plain else ""
