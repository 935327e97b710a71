"""Where faults happen: a finished project on an engine of its own; what must not be lost, nor stay behind."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from docker import DockerClient
from docker.models.containers import Container

from pipeline.engine.connection import connect
from pipeline.plan.stages import STAGES
from pipeline.plan.workspace import workspace_of
from pipeline.project import load_project
from pipeline.record.events import AnyEvent, Envelope, Noted, RunFailed
from pipeline.record.runs import latest
from pipeline.run.options import Options, StopSwitch
from pipeline.run.runner import run
from support.background import events_of
from support.runs import Live, label_filter
from support.second_engine import Machine
from support.stand_ins import make_image

#: What a run may leave beside the user's files and what it delivers, in the project.
_RECORD = {"cache", "hashes.sqlite", "ledger.jsonl", "lock", "runs", ".gitignore"}
_OF_A_RUN = {".jsonl", ".log", ".json"}
#: These have times in them, so that a run which made a stage again delivers others; they have to be there.
_EVERY_RUNS = {"report.json", "report.md", "report.html", "MD5SUMS", "SHA256SUMS"}
#: Prints path -> SHA-256 of every file of a result; of result.json without its times.
_RESULTS = """
import hashlib, json, pathlib, sys
found = {}
for path in pathlib.Path(sys.argv[1], "results").rglob("*"):
    if path.is_file() and not path.parent.name.endswith(".partial") and path.parent.name != ".work":
        data = path.read_bytes()
        if path.name == "result.json":
            read = json.loads(data)
            data = json.dumps({key: read[key] for key in sorted(read) if "seconds" not in key}).encode()
        found[str(path.relative_to(sys.argv[1]))] = hashlib.sha256(data).hexdigest()
print(json.dumps(found))
"""


@dataclass(frozen=True)
class Went:
    """A run in this process, which is quicker than one of its own."""

    code: int
    said: list[Envelope]

    @property
    def failures(self) -> list[RunFailed]:
        return [item.event for item in self.said if isinstance(item.event, RunFailed)]

    @property
    def notes(self) -> str:
        return "\n".join(item.event.message for item in self.said if isinstance(item.event, Noted))


@dataclass(frozen=True)
class Good:
    """Everything that a run made and that no fault may take away: path -> hash."""

    files: Mapping[str, str]

    def lost(self, now: Good) -> list[str]:
        """Return what is not any more what it was."""
        return [path for path, sha256 in self.files.items() if now.files.get(path) != sha256]


class Scene:
    """A project on a machine that may come to harm."""

    def __init__(self, machine: Machine, folder: Path, url: str = "") -> None:
        self.machine, self.folder, self.seen = machine, folder, folder
        self.prefix: tuple[str, ...] = ()
        self.environ = {"DOCKER_HOST": url or machine.url}
        workspace = workspace_of(load_project(folder), os.environ)
        self.identity, self.volumes = workspace.identity, workspace.volumes
        self.workspace = f"/var/lib/docker/volumes/{self.volumes['workspace']}/_data"

    def by_way_of(self, url: str) -> Scene:
        """Return the same with another way to the engine for its runs."""
        return Scene(self.machine, self.folder, url)

    @property
    def client(self) -> DockerClient:
        """A client of the engine, whatever the project's own way to it is."""
        return connect({"DOCKER_HOST": self.machine.url})

    def live(self, *words: str) -> Live:
        """Start a run in a process of its own."""
        return Live(self.folder, *words, environ=self.environ, prefix=self.prefix)

    def go(self, *forced: str, until: str = STAGES[-1]) -> Went:
        """Run to the end, or ``until`` a stage: in this process, if that sees the project."""
        if self.prefix:
            with self.live(*(word for stage in forced for word in ("--force", stage))) as live:
                done = live.finish()
            return Went(done.code, [Envelope.decode(json.dumps(event)) for event in done.events])
        said: list[Envelope] = []
        options = Options(last=until, forced=frozenset(forced))
        code = run(self.folder, options, {**os.environ, **self.environ}, said.append, StopSwitch())
        return Went(code, said)

    @contextmanager
    def ordered(self, stage: str, does: str) -> Iterator[None]:
        """Let a stage do something in its middle: see faults/image/stage.py."""
        order = f"{self.workspace}/order.json"
        text = json.dumps({"stage": stage, "does": does})
        self.machine.shell('printf %s "$2" >"$1"; chmod 644 "$1"', order, text)
        try:
            yield
        finally:
            self.release()

    def release(self) -> None:
        """Let a stage that waits go on."""
        self.machine.shell('rm -f "$1"', f"{self.workspace}/order.json")

    def says(self, kind: type[AnyEvent], stage: str) -> bool | None:
        """Return whether the latest run has said something of this kind; None if it has not."""
        newest = latest(self.folder / ".paddock")
        said = events_of(newest) if newest else []
        return any(isinstance(it.event, kind) and it.stage == stage for it in said) or None

    def containers(self) -> list[str]:
        """Return the names of the project's containers, in whatever state."""
        found = self.client.containers.list(
            all=True, filters=label_filter(self.identity), ignore_removed=True
        )
        return [str(item.name) for item in found]

    def stage_container(self, stage: str) -> Container:
        """Return the container that a stage is at work in."""
        filters = {**label_filter(self.identity), "name": f"-{stage}-"}
        (found,) = self.client.containers.list(filters=filters)
        return found

    def remove_image(self, stage: str) -> None:
        """Remove the image of a stage, as somebody does who needs the room."""
        self.client.images.remove(self._image_of(stage), force=True)

    def make_image(self, stage: str) -> None:
        """Make the image of a stage anew."""
        make_image(self.client, self._image_of(stage), stage)

    def _image_of(self, stage: str) -> str:
        return workspace_of(load_project(self.folder), os.environ).compose.services[stage].image

    def good(self) -> Good:
        """Return what is there now: results in the workspace, and all of the project but its record."""
        files: dict[str, str] = json.loads(
            self.machine.read('python3 -c "$1" "$2"', _RESULTS, self.workspace)
        )
        for path in self.seen.rglob("*"):
            relative = path.relative_to(self.seen)
            if path.is_file() and relative.parts[0] != ".paddock":
                data = b"" if path.name in _EVERY_RUNS else path.read_bytes()
                files[str(relative)] = hashlib.sha256(data).hexdigest()
        return Good(files)

    def leftovers(self, good: Good) -> list[str]:
        """Return what a run left behind that it should not have: on the engine, or in the project."""
        script = 'cd "$1" && find . -name "*.partial" -o -name "*.writing" -o -name "*.before"'
        found = [*self.containers(), *self.machine.read(script, self.workspace).splitlines()]
        found += [path for path in self.good().files if path not in good.files]
        state = self.seen / ".paddock"
        found += [path.name for path in state.iterdir() if path.name not in _RECORD]
        found += [f"runs/{path.name}" for path in state.glob("runs/*/*") if not _belongs(path)]
        if (state / "lock").read_text():
            found.append("lock")
        return found


def _belongs(path: Path) -> bool:
    return path.is_file() and path.suffix in _OF_A_RUN
