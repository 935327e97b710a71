"""A second engine, in a container of the first: another machine's, or one that may come to harm."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from docker import DockerClient
from docker.models.containers import Container

from pipeline.engine.connection import connect
from pipeline.errors import EngineError

#: Its own control groups have to be writable, and, where there is one tree of them, no process may be in
#: the topmost of a container's.
_START = """
for folder in /sys/fs/cgroup /sys/fs/cgroup/*/; do mount -o remount,rw,bind "$folder" || true; done
mount -o remount,rw,bind /proc/sys || true
if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
    mkdir -p /sys/fs/cgroup/init
    xargs -rn1 </sys/fs/cgroup/cgroup.procs >/sys/fs/cgroup/init/cgroup.procs || true
    sed -e 's/ / +/g' -e 's/^/+/' </sys/fs/cgroup/cgroup.controllers >/sys/fs/cgroup/cgroup.subtree_control
fi
"""
#: The engine's own process; what starts it anew waits until the one before is gone.
_DOCKERD = 'dockerd -H unix:///run/engine/docker.sock -G "$1"'
_PID = "/var/run/docker.pid"
_FILLER = "/var/lib/docker/filler"
#: Until it answers, in seconds.
_LONG = 120


@dataclass(frozen=True)
class Machine:
    """An engine that a test may kill, freeze and fill: its processes and disk are those of ``container``."""

    container: Container
    url: str

    def shell(self, script: str, *words: str) -> str:
        """Run a script as root beside the engine; return what it printed."""
        code, said = self.container.exec_run(["sh", "-euc", script, "sh", *words])
        assert code == 0 and isinstance(said, bytes), said
        return said.decode()

    def signal(self, name: str) -> None:
        """Send a signal to the engine's process."""
        self.shell(f'kill -{name} "$(cat {_PID})"')

    def kill(self) -> None:
        """End the engine without a chance to clean up; containers that run may go on."""
        pid = self.shell(f"cat {_PID}").strip()
        self.shell('kill -KILL "$1"; while kill -0 "$1" 2>/dev/null; do sleep 0.02; done', pid)

    def fill(self) -> None:
        """Leave no room on the engine's disk."""
        self.shell(f"dd if=/dev/zero of={_FILLER} bs=1M 2>/dev/null || true")

    def empty(self) -> None:
        """Give the room back."""
        self.shell(f"rm -f {_FILLER}")

    def start(self) -> None:
        """Start it again and wait until it answers."""
        script = f"exec {_DOCKERD} >>/var/log/engine.log 2>&1"
        self.container.exec_run(["sh", "-c", script, "sh", str(os.getgid())], detach=True)
        _wait_for(self.container, self.url)


@contextmanager
def second_engine(client: DockerClient, tools: str) -> Iterator[str]:
    """Run an engine that knows nothing of the first; give its address, for DOCKER_HOST.

    Args:
        client: the first engine; it has to be on this machine, for the socket lies in a folder of it.
        tools: an image with ``dockerd``.
    """
    with _container(client, tools, f"exec {_DOCKERD}") as machine:
        yield machine.url


@contextmanager
def fragile_engine(client: DockerClient, tools: str, size: str) -> Iterator[Machine]:
    """Run an engine that may come to harm; its disk has ``size`` and is in memory.

    To its clients it is on this machine, whose name it has.
    """
    disk = {"/var/lib/docker": f"size={size},exec"}
    with _container(
        client, tools, "exec sleep infinity", tmpfs=disk, hostname=os.uname().nodename
    ) as machine:
        machine.start()
        yield machine


@contextmanager
def _container(
    client: DockerClient,
    tools: str,
    then: str,
    tmpfs: dict[str, str] | None = None,
    hostname: str | None = None,
) -> Iterator[Machine]:
    with tempfile.TemporaryDirectory(prefix="paddock-engine-", dir="/tmp") as folder:
        container = client.containers.run(
            tools,
            ["sh", "-c", _START + then, "start", str(os.getgid())],
            detach=True,
            init=True,
            cap_add=["SYS_ADMIN", "NET_ADMIN"],
            security_opt=["seccomp=unconfined", "apparmor=unconfined", "label=disable"],
            volumes=[f"{folder}:/run/engine", *([] if tmpfs else ["/var/lib/docker"])],
            tmpfs=tmpfs or {},
            hostname=hostname,
            labels={"paddock.test": "engine"},
        )
        try:
            machine = Machine(container, f"unix://{Path(folder, 'docker.sock')}")
            if not tmpfs:
                _wait_for(container, machine.url)
            yield machine
        finally:
            container.remove(force=True, v=True)


def _wait_for(container: Container, url: str) -> None:
    for _ in range(10 * _LONG):
        try:
            connect({"DOCKER_HOST": url}).close()
        except EngineError:
            container.reload()
            assert container.status == "running", container.logs().decode()
            time.sleep(0.1)
        else:
            return
    raise AssertionError(container.logs().decode())
