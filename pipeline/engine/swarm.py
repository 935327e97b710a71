"""The Swarm that an engine manages: services, their tasks, what these print, and secrets."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from docker import DockerClient
from docker.errors import NotFound
from docker.types import (
    ContainerSpec,
    Mount,
    Placement,
    Resources,
    RestartPolicy,
    SecretReference,
    ServiceMode,
    TaskTemplate,
)

from pipeline.engine.connection import Engine
from pipeline.engine.containers import frames_in
from pipeline.engine.errors import explain, translated
from pipeline.errors import EngineError, UsageError
from stages.message import msg

#: Where an engine's socket is on its own machine.
SOCKET = "/var/run/docker.sock"
#: Where a service's container has its secrets.
SECRETS = "/run/secrets"
#: Capabilities of services, and tasks' logs, are as old.
_OLDEST_API = (1, 41)
_NANO = 10**9
#: Seconds that a node has to tell what a task printed: one that fell silent tells nothing.
_PATIENCE = 5
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z", re.ASCII)
#: To take the group of the engine's socket, as in compose.yaml.
_CAPABILITIES = ("SETUID", "SETGID")
#: States of a task that it does not leave any more, in Swarm's words.
ENDED = frozenset({"complete", "failed", "shutdown", "rejected", "orphaned", "remove"})


@dataclass(frozen=True)
class Wanted:
    """A service of one task, which is over when it ended well; all else is in Swarm's own words.

    Args:
        name: of the service.
        image: by digest.
        words: after the image's entry point.
        environ: of the container.
        labels: of the service.
        container_labels: of its container, and of what goes with that.
        socket: of the node's engine, on the node.
        folders: where it has volumes of its own, which go with its container.
        caches: folders in memory.
        secret: ID and name of a secret, and the file that it becomes below :data:`SECRETS`.
        placement: ``constraints`` and ``preferences``.
        reservations: ``cpus``, ``memory`` in bytes, ``generic``.
        restart: ``condition``, ``delay`` in seconds, ``max_attempts``, ``window`` in seconds.
        grace: seconds between SIGTERM and SIGKILL.
        everywhere: whether each node has such a task.
    """

    name: str
    image: str
    words: tuple[str, ...]
    environ: Mapping[str, str]
    labels: Mapping[str, str]
    container_labels: Mapping[str, str]
    folders: tuple[str, ...] = ()
    socket: str = SOCKET
    caches: tuple[str, ...] = ("/tmp",)  # noqa: S108 - in its container
    secret: tuple[str, str, str] | None = None
    placement: Mapping[str, Any] = field(default_factory=dict)
    reservations: Mapping[str, Any] = field(default_factory=dict)
    restart: Mapping[str, Any] = field(default_factory=dict)
    grace: float = 90.0
    everywhere: bool = False


@dataclass(frozen=True)
class Service:
    """A service that is there."""

    id: str
    name: str
    labels: Mapping[str, str]


@dataclass(frozen=True)
class Task:
    """An attempt of a service: on which node (its host name, "" while none has it), and how far it is.

    ``wanted`` is the state that Swarm wants it to be in; ``error`` why it failed.
    """

    id: str
    service: str
    node: str
    state: str
    wanted: str
    error: str
    created: str

    @property
    def has_begun(self) -> bool:
        """Whether it may have printed something: it runs, or ran."""
        return self.state == "running" or self.state in ENDED

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it: it ended, or its node is gone and Swarm has given it up."""
        return self.state in ENDED or self.wanted in ("shutdown", "remove")


@dataclass(frozen=True)
class Said:
    """A line that a task printed, and when, by its node's clock."""

    time: str
    line: str


def manages_swarm(engine: Engine) -> bool:
    """Return whether the engine is a manager of a Swarm."""
    with translated(msg("asking the engine for its Swarm")):
        return bool((engine.client.info().get("Swarm") or {}).get("ControlAvailable"))


def swarm_of(engine: Engine) -> Swarm:
    """Return the Swarm that an engine manages.

    Raises:
        UsageError: it manages none.
        EngineError: it is too old.
    """
    with translated(msg("asking the engine for its Swarm")):
        info = engine.client.info()
    state = info.get("Swarm") or {}
    if not state.get("ControlAvailable"):
        is_worker = state.get("LocalNodeState") == "active"
        raise UsageError(
            msg("the engine is a worker of its Swarm, and only a manager takes work")
            if is_worker
            else msg("the engine is in no Swarm"),
            engine.endpoint.said,
            msg("choose a manager: DOCKER_HOST=ssh://user@manager, or `docker context use`")
            if is_worker
            else msg("`docker swarm init` makes it one; `docker swarm join` adds nodes"),
        )
    version = str(engine.client.api.api_version)
    if tuple(int(part) for part in version.split(".")) < _OLDEST_API:
        raise EngineError(
            msg("the engine's API is {version}; a sweep on a Swarm needs 1.41", version),
            engine.endpoint.said,
            msg("update Docker to 20.10 or newer"),
        )
    return Swarm(engine.client)


class Swarm:
    """What a manager does. Every method raises EngineError when it says no."""

    def __init__(self, client: DockerClient) -> None:
        # The SDK's calls for services and secrets have no types.
        self._api: Any = client.api

    def create(self, wanted: Wanted) -> str:
        """Start a service; return its ID. Who one is to the image's registry goes along to the nodes."""
        restart = wanted.restart
        container = ContainerSpec(
            wanted.image,
            args=list(wanted.words),
            env=dict(wanted.environ),
            labels=dict(wanted.container_labels),
            mounts=_mounts(wanted),
            secrets=[_reference(*wanted.secret)] if wanted.secret else None,
            read_only=True,
            cap_drop=["ALL"],
            cap_add=list(_CAPABILITIES),
            stop_grace_period=round(wanted.grace * _NANO),
        )
        template = TaskTemplate(
            container,
            resources=_resources(wanted.reservations),
            restart_policy=RestartPolicy(
                restart.get("condition", "on-failure"),
                round(restart.get("delay", 5) * _NANO),
                restart.get("max_attempts", 0),
                round(restart.get("window", 0) * _NANO),
            ),
            placement=Placement(
                constraints=list(wanted.placement.get("constraints", ())),
                preferences=[("spread", it) for it in wanted.placement.get("preferences", ())],
            ),
        )
        mode = ServiceMode("global") if wanted.everywhere else ServiceMode("replicated", 1)
        with translated(msg("starting the service {name}", wanted.name), wanted.name):
            made = self._api.create_service(
                template, name=wanted.name, labels=dict(wanted.labels), mode=mode
            )
            return str(made["ID"])

    def services(self, labels: Mapping[str, str]) -> list[Service]:
        """Return the services that carry all of ``labels``."""
        with translated(msg("asking the Swarm for its services")):
            found = self._api.services(filters={"label": _filter(labels)})
        return [
            Service(str(it["ID"]), str(it["Spec"]["Name"]), dict(it["Spec"].get("Labels") or {}))
            for it in found
        ]

    def labels(self, labels: Mapping[str, str]) -> list[Mapping[str, str]]:
        """Return the labels of each service and secret that carries all of ``labels``."""
        with translated(msg("asking the Swarm for its services")):
            secrets = self._api.secrets(filters={"label": _filter(labels)})
        found = [dict(it["Spec"].get("Labels") or {}) for it in secrets]
        return [*(it.labels for it in self.services(labels)), *found]

    def rooms(self) -> list[tuple[float, int]]:
        """Return the CPUs, and the bytes of memory, of each node that takes work."""
        with translated(msg("asking the Swarm for its nodes")):
            nodes = [
                it
                for it in self._api.nodes()
                if it["Status"]["State"] == "ready" and it["Spec"]["Availability"] == "active"
            ]
        found = [(it.get("Description") or {}).get("Resources") or {} for it in nodes]
        return [(it.get("NanoCPUs", 0) / _NANO, it.get("MemoryBytes", 0)) for it in found]

    def tasks(self, labels: Mapping[str, str]) -> dict[str, list[Task]]:
        """Return the attempts of the services that carry all of ``labels``, by service, the oldest first."""
        with translated(msg("asking the Swarm for its tasks")):
            nodes = {
                str(it["ID"]): str((it.get("Description") or {}).get("Hostname", ""))
                for it in self._api.nodes()
            }
            found = self._api.tasks(filters={"label": _filter(labels)})
        tasks: dict[str, list[Task]] = {}
        for task in sorted((_task(it, nodes) for it in found), key=lambda it: it.created):
            tasks.setdefault(task.service, []).append(task)
        return tasks

    def said(self, task: str, since: str = "", *, stream: str = "stdout") -> list[Said]:
        """Return what a task printed since a time of its node's clock, as far as its node can be asked."""
        url = f"{self._api.base_url}/v{self._api.api_version}/tasks/{task}/logs"
        asked = {stream: "1", "timestamps": "1", "since": _unix(since)}
        with translated(msg("asking for what a task printed")):
            answer = self._api.get(url, params=asked, timeout=_PATIENCE)
            if answer.status_code == 404:
                return []
            if not answer.ok:
                raise explain(answer.text, msg("asking for what a task printed"), task)
            data = answer.content
        said = list[Said]()
        for _kind, frame in frames_in(io.BytesIO(data)):
            for line in frame.decode("utf-8", "replace").splitlines():
                time, _, text = line.partition(" ")
                if _MOMENT.fullmatch(time):  # or else the engine itself says something
                    said.append(Said(time, text))
        return said

    def make_secret(self, name: str, data: bytes, labels: Mapping[str, str]) -> str:
        """Give the Swarm a secret, and return its ID; one of this name and these labels is taken."""
        with translated(msg("giving the Swarm a secret"), name):
            for found in self._api.secrets(filters={"names": [name]}):
                if found["Spec"]["Name"] == name:
                    return str(found["ID"])
            made = self._api.create_secret(name, data, labels=dict(labels))
            return str(made["ID"])

    def remove(self, labels: Mapping[str, str]) -> list[str]:
        """Remove services and secrets that carry all of ``labels``; return their names."""
        removed = list[str]()
        for service in self.services(labels):
            with translated(msg("removing the service {name}", service.name), service.name):
                try:
                    self._api.remove_service(service.id)
                    removed.append(service.name)
                except NotFound:
                    continue
        with translated(msg("removing secrets")):
            for secret in self._api.secrets(filters={"label": _filter(labels)}):
                self._api.remove_secret(secret["ID"])
                removed.append(str(secret["Spec"]["Name"]))
        return removed

    def remove_service(self, service: str) -> None:
        """Remove one service, if it is there."""
        with translated(msg("removing the service {name}", service), service):
            try:
                self._api.remove_service(service)
            except NotFound:
                return


def _unix(moment: str) -> str:
    """Return a moment that the engine printed (RFC 3339, UTC) as it wants to be asked for."""
    seconds, _, fraction = moment.rstrip("Z").partition(".")
    if not seconds:
        return "0"
    since = datetime.fromisoformat(seconds).replace(tzinfo=timezone.utc)
    return f"{int(since.timestamp())}.{fraction:0<9}"


def _literal(text: str) -> str:
    """Return a text that means itself, where Swarm takes ``{{`` for the start of a template."""
    return text.replace("{{", '{{"{{"}}')


def _mounts(wanted: Wanted) -> list[Mount]:
    mounts = [Mount(SOCKET, _literal(wanted.socket), type="bind")]
    mounts += [Mount(it, None, type="tmpfs") for it in wanted.caches]
    # Without names: Swarm removes them with the container.
    return [*mounts, *(Mount(_literal(it), None, type="volume") for it in wanted.folders)]


def _reference(secret: str, name: str, file: str) -> SecretReference:
    return SecretReference(secret, name, filename=file, mode=0o400)


def _resources(reservations: Mapping[str, Any]) -> Resources:
    cpus, memory = reservations.get("cpus"), reservations.get("memory")
    return Resources(
        cpu_reservation=round(cpus * _NANO) if cpus else None,
        mem_reservation=memory or None,
        generic_resources=dict(reservations["generic"]) if reservations.get("generic") else None,
    )


def _filter(labels: Mapping[str, str]) -> Sequence[str]:
    return [f"{key}={value}" if value else key for key, value in labels.items()]


def _task(raw: Mapping[str, Any], nodes: Mapping[str, str]) -> Task:
    status, node = raw.get("Status") or {}, str(raw.get("NodeID") or "")
    return Task(
        id=str(raw["ID"]),
        service=str(raw["ServiceID"]),
        node=nodes.get(node) or node[:12],
        state=str(status.get("State", "")),
        wanted=str(raw.get("DesiredState", "")),
        error=str(status.get("Err") or ""),
        created=str(raw.get("CreatedAt", "")),
    )
