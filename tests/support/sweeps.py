"""A sweep as it tells of itself: events that a test scripts, one after the other, and files of them."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from pipeline.record.events import (
    AnyEvent,
    Envelope,
    MemberEnded,
    MemberStarted,
    RunFailed,
    RunFinished,
    RunStarted,
    StageFinished,
    StageStarted,
    SweepPlanned,
)
from pipeline.record.runs import run_folder, sweep_folder
from pipeline.sweep.table import Chosen, Measured, Row
from stages.contract import Interval, Metric, Progress

BEGIN = datetime(2026, 11, 22, 17, 0, tzinfo=timezone.utc)
SWEEP = "20261122-170000-0001"


class Script:
    """Says what a sweep and its members say; ``said`` has all of it, in order."""

    def __init__(
        self,
        names: Sequence[str],
        jobs: int = 1,
        *,
        seconds: float | None = 100.0,
        settings: dict[str, dict[str, Any]] | None = None,
        project: str = "plates",
        pid: int = 1,
        host: str = "elsewhere",
    ) -> None:
        self.said: list[Envelope] = []
        self.now = BEGIN
        self._seq: dict[str, int] = {}
        self._runs: dict[str, str] = {}
        self.own(RunStarted(project, "/p", pid, host, "unix:///s", "0.1.0"))
        told = settings or {name: {"train.seed": n} for n, name in enumerate(names, 1)}
        expected = {} if seconds is None else dict.fromkeys(names, seconds)
        self.own(SweepPlanned(tuple(names), jobs, dict(told), dict(expected)))

    def wait(self, seconds: float) -> Script:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)
        return self

    def own(self, event: AnyEvent) -> Script:
        """Let the sweep itself say something."""
        self._say(SWEEP, "", event)
        return self

    def begin(self, name: str, *stages: str) -> Script:
        """Let a member begin; all of ``stages`` but the last are over."""
        run = f"20261122-170001-{len(self._runs):04x}"
        self._runs[name] = run
        self.own(MemberStarted(name, run))
        for place, stage in enumerate(stages):
            self.of(name, StageStarted("k", "never run", "sha256:i", "/log"), stage)
            if place + 1 < len(stages):
                self.of(name, StageFinished("k", 1.0), stage)
        return self

    def of(self, name: str, event: AnyEvent, stage: str = "") -> Script:
        """Let a member's run say something."""
        self._say(self._runs[name], name, event, stage)
        return self

    def train(self, name: str, done: int, best: float | None = None) -> Script:
        """Let a member's training be so far, of 30 epochs."""
        self.of(name, Progress(done, 30, "epochs"), "train")
        if best is not None:
            self.of(name, Metric("val_accuracy", best, done), "train")
        return self

    def end(self, name: str, took: float = 100.0, **more: Any) -> Script:
        """Let a member end: well, or with the ``state`` and ``message`` that are given."""
        row = a_row(name, **{"run": self._runs[name], **more})
        if row.message:
            self.of(name, RunFailed(row.code or 3, row.message))
        self.of(name, RunFinished(row.code or 0, took, row.verdict))
        plain = row.model_dump(mode="json", exclude_none=True)
        return self.own(MemberEnded(name, plain, "train" if row.message else "", row.message))

    def _say(self, run: str, member: str, event: AnyEvent, stage: str = "") -> None:
        self._seq[run] = self._seq.get(run, -1) + 1
        time = self.now.isoformat(timespec="milliseconds")
        self.said.append(Envelope(self._seq[run], time, run, stage, event, member))

    def write(self, folder: Path) -> None:
        """Lay all of it out in a project, as a sweep leaves it."""
        state = folder / ".paddock"
        files: dict[Path, list[str]] = {}
        for it in self.said:
            own = run_folder(state, it.run) if it.member else sweep_folder(state, it.run)
            files.setdefault(own.events, []).append(it.encode() + "\n")
        for path, lines in reversed(
            files.items()
        ):  # the sweep tells of what members have said by then
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("".join(lines), "ascii")


def a_row(
    name: str, validation: float | None = 0.9, test: float = 0.8, size: int = 7_740_000, **more: Any
) -> Row:
    """Return the row of a member that went well, but for what is given."""
    values: dict[str, Any] = {
        "settings": {"train.seed": 1},
        "state": "done",
        "code": 0,
        "verdict": "pass",
        "validation_set": "0b4ade56f83e",
        "seconds": 187.0,
        "cpu_seconds": 210.0,
        "made": ("train", "export"),
    }
    if more.get("state", "done") == "done":
        values["validation"] = None if validation is None else Chosen(accuracy=validation, ned=0.99)
        values["test"] = Measured(
            model="nb-x86",
            accuracy=test,
            interval=Interval(test - 0.06, min(1.0, test + 0.04)),
            ned=0.97,
            agreement=1.0,
            size=size,
            latency_ms=12.3,
        )
    return Row(name=name, **{**values, **more})


def failed(name: str, message: str = "the train stage ended with code 3") -> dict[str, Any]:
    """Return what a row says of a member that failed."""
    return {
        "state": "failed",
        "code": 3,
        "verdict": "",
        "message": message,
        "made": (),
        "seconds": None,
    }


@contextmanager
def held(folder: Path, *, pid: int | None = None, host: str = "") -> Iterator[None]:
    """Hold a project's lock, as a sweep does: this process, or one that is said to be elsewhere."""
    path = folder / ".paddock" / "lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(f"pid {pid or os.getpid()} on {host or socket.gethostname()}\n")
        lock.flush()
        yield
