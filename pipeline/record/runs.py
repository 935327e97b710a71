"""The runs of a project, as they lie in ``.paddock/runs``."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal

from pipeline.record.events import (
    Envelope,
    RunFailed,
    RunFinished,
    RunStarted,
    StageCached,
    StageFinished,
    StageSkipped,
    StageStarted,
)
from pipeline.record.follow import read_events
from pipeline.record.runlock import Running, running
from pipeline.record.verdict import Judgement
from stages.contract import Exit
from stages.message import msg

#: The codes of runs that somebody ended.
STOPPED = (Exit.HANGUP, Exit.INTERRUPTED, Exit.TERMINATED)
_RUNS, _SWEEPS = "runs", "sweeps"
_NAME = re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}")
#: Of a second, in a run's name.
_PARTS = 0x10000

Ending = Literal["finished", "cached", "skipped", "failed", "stopped", "unfinished"]


@dataclass(frozen=True)
class RunFolder:
    """Where a run's record is. Its files may not be there yet."""

    name: str
    path: Path

    @property
    def state(self) -> Path:
        """The project's ``.paddock``."""
        return self.path.parent.parent

    @property
    def events(self) -> Path:
        """The event log."""
        return self.path / "events.jsonl"

    @property
    def report(self) -> Path | None:
        """The run's report, if it made one."""
        path = self.path / "report.json"
        return path if path.is_file() else None

    def log(self, stage: str) -> Path:
        """The log of a stage."""
        return self.path / f"{stage}.log"


@dataclass(frozen=True)
class RunSummary:
    """How a run went. ``code`` is None while it runs, and for ever if it was cut short.

    ``started`` is ISO 8601; ``seconds`` goes up to the last event; ``message`` is why it failed;
    ``stages`` has those that were begun.
    """

    started: str
    seconds: float
    code: int | None
    judgement: Judgement | None = None
    message: str = ""
    stages: Mapping[str, Ending] = field(default_factory=dict)
    cut_short: bool = False

    @property
    def goes_on(self) -> bool:
        """Whether the run is not over."""
        return self.code is None and not self.cut_short


def list_runs(state: Path) -> tuple[RunFolder, ...]:
    """Return the runs of the project with this ``.paddock``, newest first."""
    return tuple(run_folder(state, name) for name in _names(state / _RUNS))


def latest_sweep(state: Path) -> str:
    """Return the name of the newest sweep, "" if there was none."""
    return next(iter(_names(state / _SWEEPS)), "")


def sweep_folder(state: Path, name: str) -> RunFolder:
    """Return where the sweep called ``name`` has its record.

    Raises:
        ValueError: no sweep can be called that.
    """
    return _folder(state / _SWEEPS, name)


def _names(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            names = [
                entry.name
                for entry in entries
                if _NAME.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False)
            ]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(names, reverse=True)


def latest(state: Path) -> RunFolder | None:
    """Return the newest run, or None."""
    return next(iter(list_runs(state)), None)


def runs_stamp(state: Path) -> int:
    """Return what changes when a run comes or goes; cheap."""
    try:
        return (state / _RUNS).stat().st_mtime_ns
    except OSError:
        return 0


def latest_own(state: Path) -> RunFolder | None:
    """Return the newest run of the project itself, which is no member's of a sweep; None if there is none."""
    return next((run for run in list_runs(state) if not _member_of(run)), None)


def _member_of(run: RunFolder) -> str:
    """Return whose run it is, by its first event; "" if that cannot be read."""
    try:
        with run.events.open("rb") as events:
            return Envelope.decode(events.readline().decode("utf-8", "replace")).member
    except (OSError, ValueError):
        return ""


def run_folder(state: Path, name: str) -> RunFolder:
    """Return where the run called ``name`` has its record.

    Raises:
        ValueError: no run can be called that.
    """
    return _folder(state / _RUNS, name)


def is_name(text: str) -> bool:
    """Return whether a run or a sweep can be called so."""
    return _NAME.fullmatch(text) is not None


def _folder(above: Path, name: str) -> RunFolder:
    if not is_name(name):
        raise ValueError(msg("not the name of a run: {name}", repr(name)))
    return RunFolder(name, above / name)


def new_name(state: Path) -> str:
    """Return a name for a run that starts now: second, and 65536ths of it, so that names sort by time.

    If the clock was set back, it is the next after the newest run's: what was last is never what was before.
    """
    now = int(time.time() * _PARTS)
    if newest := latest(state):
        now = max(now, _moment(newest.name) + 1)
    return _named(now)


def names_after(name: str, count: int) -> list[str]:
    """Return the names that come next, for runs that are to have one before they start elsewhere."""
    return [_named(_moment(name) + 1 + place) for place in range(count)]


def _named(moment: int) -> str:
    second = datetime.fromtimestamp(moment // _PARTS, timezone.utc)
    return f"{second:%Y%m%d-%H%M%S}-{moment % _PARTS:04x}"


def _moment(name: str) -> int:
    """Return when a run was named so, in parts of seconds; 0 if no clock ever said it."""
    try:
        second = datetime.strptime(f"{name[:15]}+0000", "%Y%m%d-%H%M%S%z")
    except ValueError:
        return 0
    return int(second.timestamp()) * _PARTS + int(name[16:], 16)


def create_run(state: Path) -> RunFolder:
    """Name a run and make its folder before it starts."""
    while True:
        run = run_folder(state, new_name(state))
        try:
            run.path.mkdir(parents=True)
        except FileExistsError:
            continue  # somebody was as quick
        keep_out_of_git(state)
        return run


def list_sweeps(state: Path) -> tuple[RunFolder, ...]:
    """Return the sweeps of the project with this ``.paddock``, newest first."""
    return tuple(sweep_folder(state, name) for name in _names(state / _SWEEPS))


def create_sweep(state: Path) -> RunFolder:
    """Name a sweep and make its folder, beside those of the runs that are its members'."""
    sweep = sweep_folder(state, new_name(state))
    sweep.path.mkdir(parents=True)
    keep_out_of_git(state)
    return sweep


def keep_out_of_git(state: Path) -> None:
    """Let git ignore all that Paddock keeps for itself."""
    ignore = state / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")


def summarise(run: RunFolder) -> RunSummary:
    """Read the run's events, once, and return how it went."""
    live = running(run.state)  # asked before the reading: it may end meanwhile
    envelopes = list(read_events(run.events))
    started = envelopes[0].time if envelopes else _time_of(run.name)
    ended = envelopes[-1].event if envelopes else None
    failed = next((it.event.message for it in envelopes if isinstance(it.event, RunFailed)), "")
    stages = _stages(envelopes)
    if isinstance(ended, RunFinished):
        return RunSummary(started, ended.seconds, ended.code, ended.judgement, failed, stages)
    seconds = _between(started, envelopes[-1].time) if envelopes else 0.0
    cut_short = live is None or not _is_by(live, run, envelopes)
    return RunSummary(started, seconds, None, None, failed, stages, cut_short)


def _is_by(live: Running, run: RunFolder, envelopes: Iterable[Envelope]) -> bool:
    """Return whether who holds the lock carries out this run, alone or as one of a sweep's."""
    by = {(it.event.pid, it.event.host) for it in envelopes if isinstance(it.event, RunStarted)}
    return live.run == run.name or (not live.run and (live.pid, live.host) in by)


def keys_of(run: RunFolder) -> set[str]:
    """Return the keys of the results that the run made, took or began to make."""
    found = (envelope.event for envelope in read_events(run.events))
    return {event.key for event in found if isinstance(event, StageStarted | StageCached)}


def _stages(envelopes: Iterable[Envelope]) -> dict[str, Ending]:
    """Return how each stage that was begun ended."""
    endings: dict[str, Ending] = {}
    for envelope in envelopes:
        match envelope.event:
            case StageCached():
                endings[envelope.stage] = "cached"
            case StageSkipped():
                endings[envelope.stage] = "skipped"
            case StageStarted():
                endings[envelope.stage] = "unfinished"
            case StageFinished():
                endings[envelope.stage] = "finished"
            case RunFailed(code=code):
                endings = {name: _broken(ending, code) for name, ending in endings.items()}
    return endings


def _broken(ending: Ending, code: int) -> Ending:
    """Return what a failure of the run with ``code`` makes of a stage."""
    if ending != "unfinished":
        return ending
    return "stopped" if code in STOPPED else "failed"


def _time_of(name: str) -> str:
    """Return the time in a run's name, to the second."""
    day, clock = name[:8], name[9:15]
    date = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    return f"{date}T{clock[:2]}:{clock[2:4]}:{clock[4:]}.000+00:00"


def _between(started: str, ended: str) -> float:
    try:
        gone = datetime.fromisoformat(ended) - datetime.fromisoformat(started)
    except (ValueError, TypeError):  # not our writing
        return 0.0
    return round(max(0.0, gone.total_seconds()), 2)
