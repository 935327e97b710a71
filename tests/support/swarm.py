"""Two engines that form a Swarm, and a registry that both reach, in containers of the first engine.

They are in a bridge network of their own, as machines are in a company's. The first engine itself is in no
Swarm, and all of it goes with the containers.
"""

import tempfile
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from docker import DockerClient
from docker.models.containers import Container
from docker.models.networks import Network

from pipeline.engine.connection import connect
from support.second_engine import DOCKERD, Machine, engine_container, wait_for_engine
from support.tools import RealRegistry, push, real_registry

_PORT = 5000
#: Networks inside the engines must not be the one that they are in. Containers mount ``/run/docker.sock``.
_NODE = (
    f"exec {DOCKERD} -H unix:///run/docker.sock --insecure-registry {{registry}} "
    "--bip 10.201.0.1/24 --default-address-pool base=10.202.0.0/16,size=24"
)
_POOL = ["10.203.0.0/16"]
#: How often a node says that it lives, in nanoseconds: three of them missed, and its tasks start elsewhere.
#: Docker's own is 5 s.
HEARTBEAT = 1_000_000_000


@dataclass(frozen=True)
class Guarded:
    """Who may enter a registry: a name and a password, and the line of htpasswd that says so."""

    username: str
    password: str
    htpasswd: str

    @property
    def login(self) -> dict[str, str]:
        """The same for Docker."""
        return {"username": self.username, "password": self.password}


@dataclass(frozen=True)
class Node:
    """A machine of the Swarm, which others reach at ``address``."""

    name: str
    address: str
    machine: Machine

    @property
    def url(self) -> str:
        """The socket of its engine on this machine, for ``DOCKER_HOST``."""
        return self.machine.url

    @cached_property
    def client(self) -> DockerClient:
        """Its engine, past Paddock."""
        return connect({"DOCKER_HOST": self.url})


@dataclass(frozen=True)
class TestSwarm:
    """A manager, a worker and a registry.

    ``registry`` is its address for nodes, for containers in them, and for this process. It has no TLS;
    ``login`` is who it lets in, None if that is everybody.
    """

    __test__ = False

    manager: Node
    worker: Node
    registry: str
    store: RealRegistry
    first: DockerClient
    login: dict[str, str] | None = None

    @property
    def nodes(self) -> tuple[Node, Node]:
        """Both machines."""
        return self.manager, self.worker

    def node(self, name: str) -> Node:
        """Return the machine that calls itself so."""
        return next(node for node in self.nodes if node.name == name)

    def kill(self, node: Node) -> None:
        """Let a machine lose power: its engine and all of its containers end at once."""
        node.machine.container.kill()

    def publish(self, image: str, repository: str) -> str:
        """Put an image of the first engine into the registry; return its name by digest, as nodes pull it."""
        pushed = push(self.first, image, f"{self.store.address}/{repository}", self.login)
        return pushed.replace(self.store.address, self.registry)

    def hand_over(self, node: Node, images: Sequence[str]) -> None:
        """Give a node images of the first engine under their names, by way of the registry."""
        for image in images:
            pinned = self.publish(image, image.partition(":")[0])
            node.client.images.pull(pinned, auth_config=self.login)
            node.client.images.get(pinned).tag(image)

    def tasks(self, service: str) -> list[dict[str, Any]]:
        """Return the tasks of a service, by ID or name, the first one first."""
        ask: Callable[[dict[str, str]], list[dict[str, Any]]] = self.manager.client.api.tasks
        return sorted(ask({"service": service}), key=lambda task: str(task["CreatedAt"]))

    def node_of(self, task: dict[str, Any]) -> Node | None:
        """Return the machine that has a task; None if none has yet."""
        if not task.get("NodeID"):
            return None
        described = self.manager.client.nodes.get(task["NodeID"]).attrs
        return self.node(described["Description"]["Hostname"])


@contextmanager
def swarm(
    client: DockerClient, tools: str, heartbeat: int = HEARTBEAT, guarded: Guarded | None = None
) -> Iterator[TestSwarm]:
    """Run a Swarm of two nodes; everything of it is gone afterwards.

    Args:
        client: the first engine; it has to be on this machine, for sockets lie in folders of it.
        tools: an image with ``dockerd`` and ``docker-registry``.
        heartbeat: how often a node says that it lives, in nanoseconds; of three that do not come it is dead.
        guarded: whom alone the registry lets in.
    """
    with ExitStack() as stack:
        network = stack.enter_context(_network(client))
        htpasswd = guarded.htpasswd if guarded else ""
        store = stack.enter_context(real_registry(client, tools, htpasswd, network.name))
        registry = f"{_address(network, store.container)}:{_PORT}"
        manager, worker = (
            stack.enter_context(_node(client, tools, network, registry, name))
            for name in ("manager", "worker")
        )
        manager.client.swarm.init(
            advertise_addr=manager.address,
            default_addr_pool=_POOL,
            dispatcher_heartbeat_period=heartbeat,
        )
        token = manager.client.swarm.attrs["JoinTokens"]["Worker"]
        worker.client.swarm.join([manager.address], token, advertise_addr=worker.address)
        yield TestSwarm(
            manager, worker, registry, store, client, guarded.login if guarded else None
        )


@contextmanager
def _network(client: DockerClient) -> Iterator[Network]:
    name = f"paddock-test-swarm-{uuid.uuid4().hex[:8]}"
    network = client.networks.create(name, driver="bridge", labels={"paddock.test": "swarm"})
    try:
        yield network
    finally:
        network.remove()


@contextmanager
def _node(
    client: DockerClient, tools: str, network: Network, registry: str, name: str
) -> Iterator[Node]:
    with (
        tempfile.TemporaryDirectory(prefix="paddock-engine-", dir="/tmp") as folder,
        engine_container(
            client,
            tools,
            Path(folder),
            _NODE.format(registry=registry),
            hostname=name,
            network=network.name,
        ) as machine,
    ):
        wait_for_engine(machine.container, machine.url)
        yield Node(name, _address(network, machine.container), machine)


def _address(network: Network, container: Container) -> str:
    container.reload()
    return str(container.attrs["NetworkSettings"]["Networks"][network.name]["IPAddress"])
