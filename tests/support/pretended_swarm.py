"""A pretended Swarm: its tasks are members of a sweep, in this process, each with a folder of its own."""

import re
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast
from unittest import mock

import pytest

from pipeline.engine.connection import Engine
from pipeline.engine.images import ImageInfo
from pipeline.engine.swarm import Said, Service, Swarm, Task, Wanted
from pipeline.errors import PaddockError
from pipeline.record.events import Envelope
from pipeline.registry.reference import parse_reference
from pipeline.run.options import StopSwitch
from pipeline.swarm.member import Node, run_member
from pipeline.swarm.order import Order, parse_order
from stages.contract import Exit
from support.pretended import PretendedEngine

#: The processes of a Swarm are not: one member at a time has this process to itself.
_ALONE = threading.Lock()


class NodeEngine(PretendedEngine):
    """An engine that knows images by the names that a registry has for them."""

    def find(self, reference: str) -> ImageInfo | None:
        name = re.sub(r"^.*/paddock-|@.*$", "", reference)
        return super().find(f"paddock-{name}:1" if "@" in reference else reference)


@dataclass
class PretendedSwarm:
    """What was asked of it, and what it made of that.

    Args:
        folder: where nodes have their projects.
        fails: whether an attempt comes to nothing, by member and number: then that is why.
        alive: the nodes that can be asked to clear up.
        dies: whether an attempt is gone in the middle, likewise, its node with it.
        engine: of each node.
        room: CPUs and bytes of memory, by node.
    """

    folder: Path
    fails: Callable[[str, int], str] = lambda _member, _attempt: ""
    dies: Callable[[str, int], bool] = lambda _member, _attempt: False
    engine: NodeEngine = field(default_factory=NodeEngine)
    max_attempts: int = 4
    alive: tuple[str, ...] = ("node1", "node2")
    room: list[tuple[float, int]] = field(default_factory=lambda: [(4.0, 8 << 30)])
    wanted: dict[str, Wanted] = field(default_factory=dict)
    attempts: dict[str, list[Task]] = field(default_factory=dict)
    printed: dict[str, list[str]] = field(default_factory=dict)
    complained: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, bytes] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    asked: list[Wanted] = field(default_factory=list)
    given: list[bytes] = field(default_factory=list)

    def create(self, wanted: Wanted) -> str:
        assert wanted.name not in self.wanted, "name conflicts with an existing object"
        self.asked.append(wanted)
        self.wanted[wanted.name] = wanted
        return wanted.name

    def services(self, labels: Mapping[str, str]) -> list[Service]:
        return [
            Service(name, name, it.labels)
            for name, it in self.wanted.items()
            if labels.items() <= it.labels.items()
        ]

    def labels(self, labels: Mapping[str, str]) -> list[Mapping[str, str]]:
        return [it.labels for it in self.services(labels)]

    def rooms(self) -> list[tuple[float, int]]:
        return self.room

    def tasks(self, labels: Mapping[str, str]) -> dict[str, list[Task]]:
        """Let each service have one more attempt, until one comes to its end."""
        for name, wanted in list(self.wanted.items()):
            before = self.attempts.setdefault(name, [])
            if wanted.everywhere:
                before[:] = [
                    Task(f"{name}.{it}", name, it, "complete", "shutdown", "", "1")
                    for it in self.alive
                ]
                continue
            ended = any(it.state == "complete" for it in before)
            if not ended and len(before) < self.max_attempts:
                before.append(self._attempt(name, wanted, len(before) + 1))
        return {name: list(self.attempts.get(name, ())) for name in self.wanted}

    def said(self, task: str, since: str = "", *, stream: str = "stdout") -> list[Said]:
        if stream == "stderr":
            return [Said("t", self.complained[task])] if task in self.complained else []
        lines = self.printed.get(task, [])
        return [Said(f"{n:09}", line) for n, line in enumerate(lines) if f"{n:09}" >= since]

    def make_secret(self, name: str, data: bytes, labels: Mapping[str, str]) -> str:
        self.given.append(data)
        self.secrets[name] = data
        return name

    def remove(self, labels: Mapping[str, str]) -> list[str]:
        gone = [it.name for it in self.services(labels)]
        self.wanted = {name: it for name, it in self.wanted.items() if name not in gone}
        self.removed += gone
        self.secrets.clear()
        return gone

    def remove_service(self, service: str) -> None:
        self.removed.append(service)
        del self.wanted[service]

    def _attempt(self, name: str, wanted: Wanted, number: int) -> Task:
        words = list(wanted.words)
        member, task = words[words.index("--member") + 1], f"{name}.{number}"
        node = f"node{number}"
        if why := self.fails(member, number):
            self.complained[task] = f"error: {why}"
            return Task(task, name, node, "failed", "shutdown", "non-zero exit (4)", str(number))
        self.printed[task] = printed = list[str]()

        def listen(envelope: Envelope) -> None:
            printed.append(envelope.encode())
            if self.dies(member, number) and len(printed) > 5:
                raise _PowerLost

        code = Exit.ENGINE
        with suppress(_PowerLost), _ALONE, self._on_a_node(member):
            try:
                code = run_member(
                    parse_reference(words[2]),
                    member,
                    Node(node, task, {}),
                    listen,
                    StopSwitch(),
                    plain_http="--plain-http" in words,
                )
            except PaddockError as error:
                self.complained[task] = f"error: {error.message}"
        if code != Exit.OK:
            return Task(task, name, node, "running", "shutdown", "", str(number))
        return Task(task, name, node, "complete", "shutdown", "", str(number))

    @contextmanager
    def _on_a_node(self, member: str) -> Iterator[None]:
        """Let the project be where it is on a node: in an empty folder."""
        place = self.folder / member
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)

        def moved(data: bytes) -> Order:
            return parse_order(data).model_copy(update={"folder": str(place)})

        with (
            mock.patch("pipeline.swarm.member.parse_order", moved),
            mock.patch("pipeline.swarm.member.open_engine", lambda _environ: self.engine),
        ):
            yield


class _PowerLost(BaseException):
    """Nothing that catches errors catches this."""


def install_swarm(monkeypatch: pytest.MonkeyPatch, swarm: PretendedSwarm) -> PretendedSwarm:
    """Let every engine manage this Swarm, and nobody wait for it."""
    monkeypatch.setattr("pipeline.swarm.attach.EVERY", 0.0)
    monkeypatch.setattr("pipeline.swarm.attach.PATIENCE", 1.0)
    for module in ("start", "clear"):
        monkeypatch.setattr(f"pipeline.swarm.{module}.swarm_of", lambda _engine: cast(Swarm, swarm))
    monkeypatch.setattr("pipeline.swarm.clear.manages_swarm", lambda _engine: True)
    monkeypatch.setattr("pipeline.swarm.clear.open_engine", lambda _environ: cast(Engine, object()))
    return swarm
