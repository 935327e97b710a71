"""Runs of real projects on a real engine: started, watched, stopped, and cleaned up after."""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from docker import DockerClient

from pipeline.plan.workspace import PROJECT_LABEL, workspace_of
from pipeline.project import load_project
from support.patience import PATIENCE, wait_for

Event = dict[str, Any]


@dataclass(frozen=True)
class Done:
    """A run that ended."""

    code: int
    events: list[Event]
    stderr: str

    def of(self, kind: str, stage: str = "") -> list[Event]:
        """Return the events of a type, and of a stage if one is named."""
        found = [event for event in self.events if event["type"] == kind]
        return [event for event in found if not stage or event["stage"] == stage]

    def stages(self, kind: str) -> list[str]:
        """Return the stages that have such an event, in order."""
        return [event["stage"] for event in self.of(kind)]

    def notes(self) -> str:
        """Return all notes, a line each."""
        return "\n".join(event["message"] for event in self.of("note"))


def report_of(folder: Path) -> dict[str, Any]:
    """Return the report that a project delivered."""
    read: dict[str, Any] = json.loads((folder / "out" / "report.json").read_text("utf-8"))
    return read


class Live:
    """``paddock --batch --json``, or another ``command``, in a process of its own.

    A context manager: nothing outlives it.
    """

    def __init__(
        self,
        folder: Path,
        *words: str,
        environ: Mapping[str, str] | None = None,
        prefix: Sequence[str] = (),
        command: Sequence[str] = ("--batch",),
    ) -> None:
        paddock = [*prefix, sys.executable, "-m", "tui.cli"]
        self._process = subprocess.Popen(
            [*paddock, *command, "--json", str(folder), *words],
            env={**os.environ, **(environ or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        self.pid = self._process.pid
        self._lines: queue.Queue[str] = queue.Queue()
        self._said: list[Event] = []
        self._errors: list[str] = []
        self._readers = [
            threading.Thread(target=self._read_events, daemon=True),
            threading.Thread(target=self._read_errors, daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> Live:
        return self

    def __exit__(self, *_raised: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def _read_events(self) -> None:
        for line in self._process.stdout or ():
            self._lines.put(line)
        self._lines.put("")

    def _read_errors(self) -> None:
        self._errors.extend(self._process.stderr or ())

    def _next(self, timeout: float) -> Event | None:
        line = self._lines.get(timeout=timeout)
        if not line:
            self._lines.put("")
            return None
        event: Event = json.loads(line)
        self._said.append(event)
        return event

    def wait_for(self, kind: str, stage: str = "", timeout: float = PATIENCE) -> Event:
        """Read until an event of this type and stage."""
        while event := self._next(timeout):
            if event["type"] == kind and event["stage"] == stage:
                return event
        raise AssertionError(f"no {kind} of {stage or 'the runner'}: {self._said} {self._errors}")

    @property
    def said(self) -> list[Event]:
        """The events that were read so far."""
        return [*self._said]

    def has_said(self, kind: str, stage: str = "") -> bool:
        """Return whether such an event was among those that were read."""
        return any((it["type"], it["stage"]) == (kind, stage) for it in self._said)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the runner."""
        self._process.send_signal(number)

    def insist(self, number: signal.Signals) -> None:
        """Send a signal again and again, as a person does who wants to be gone."""

        def ended() -> int | None:
            self._process.send_signal(number)
            return self._process.poll()

        wait_for(ended)

    def finish(self, timeout: float = PATIENCE) -> Done:
        """Wait for the end."""
        while self._next(timeout):
            pass
        code = self._process.wait(timeout)
        for reader in self._readers:
            reader.join(timeout)
        return Done(code, self._said, "".join(self._errors))


def run(
    folder: Path, *words: str, timeout: float = PATIENCE, environ: Mapping[str, str] | None = None
) -> Done:
    """Run a project to its end."""
    with Live(folder, *words, environ=environ) as live:
        return live.finish(timeout)


#: Path in a project -> a folder or file to copy, text, or bytes.
Files = dict[str, Path | str | bytes]


@dataclass
class Site:
    """Where a test session keeps its projects, and what it has on the engine."""

    client: DockerClient
    folder: Path
    identities: dict[Path, str] = field(default_factory=dict)

    def project(self, name: str, text: str, files: Files) -> Path:
        """Write a project and remember it, to be cleaned up after.

        Args:
            name: of its folder.
            text: paddock.toml.
            files: what to put into it.
        """
        folder = self.folder / name
        folder.mkdir()
        for target, source in files.items():
            place(folder / target, source)
        (folder / "paddock.toml").write_text(text, encoding="utf-8")
        self.identities[folder] = workspace_of(load_project(folder), os.environ).identity
        return folder

    def containers(self, folder: Path) -> list[str]:
        """Return the names of the containers that the project has, in whatever state."""
        wanted = label_filter(self.identities[folder])
        return [
            str(item.name)
            for item in self.client.containers.list(all=True, filters=wanted, ignore_removed=True)
        ]

    def volumes(self, folder: Path) -> list[str]:
        """Return the names of the project's volumes."""
        wanted = label_filter(self.identities[folder])
        return [str(item.name) for item in self.client.volumes.list(filters=wanted)]

    def leftovers(self) -> list[str]:
        """Return whatever any project of the session still has on the engine."""
        folders = list(self.identities)
        return [name for item in folders for name in self.containers(item) + self.volumes(item)]

    def remove_everything(self) -> None:
        """Remove containers and volumes of all projects, without the code under test."""
        for identity in self.identities.values():
            wanted = label_filter(identity)
            for container in self.client.containers.list(
                all=True, filters=wanted, ignore_removed=True
            ):
                container.remove(force=True)
            for volume in self.client.volumes.list(filters=wanted):
                volume.remove(force=True)


def label_filter(identity: str) -> dict[str, str | list[str] | bool]:
    """Return the filter that finds what a project has on the engine."""
    return {"label": f"{PROJECT_LABEL}={identity}"}


def place(target: Path, source: Path | str | bytes) -> None:
    """Write text or bytes, or copy a file or a folder, to ``target``."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(source, bytes):
        target.write_bytes(source)
    elif isinstance(source, str):
        target.write_text(source, encoding="utf-8")
    elif source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)


def first_lines(labels: Path, count: int) -> str:
    """Return the first lines of a label file."""
    return "".join(labels.read_text(encoding="utf-8").splitlines(keepends=True)[:count])


@contextmanager
def changed(folder: Path, old: str, new: str) -> Iterator[None]:
    """Change paddock.toml while the block runs."""
    path = folder / "paddock.toml"
    before = path.read_text(encoding="utf-8")
    assert old in before
    path.write_text(before.replace(old, new), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(before, encoding="utf-8")


def check_clean_refusal(done: Done, code: int, *said: str) -> None:
    """Check that a run ended with ``code`` and one failure that says all of ``said``."""
    failures = done.of("run-failed")
    if done.code != code or len(failures) != 1:
        pytest.fail(f"exit code {done.code}, {failures or done.events[-3:]}, {done.stderr}")
    text = " ".join(str(failures[0][name]) for name in ("message", "where", "remedy"))
    for part in said:
        assert part in text
    assert failures[0]["remedy"] and "Traceback" not in done.stderr
