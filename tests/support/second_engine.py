"""A second engine, in a container of the first: what another machine would have."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
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
exec dockerd -H unix:///run/engine/docker.sock -G "$1"
"""
#: Until it answers, in seconds.
_LONG = 120


@contextmanager
def second_engine(client: DockerClient, tools: str) -> Iterator[str]:
    """Run an engine that knows nothing of the first; give its address, for DOCKER_HOST.

    Args:
        client: the first engine; it has to be on this machine, for the socket lies in a folder of it.
        tools: an image with ``dockerd``.
    """
    with tempfile.TemporaryDirectory(prefix="paddock-engine-", dir="/tmp") as folder:
        container = client.containers.run(
            tools,
            ["sh", "-c", _START, "start", str(os.getgid())],
            detach=True,
            cap_add=["SYS_ADMIN", "NET_ADMIN"],
            security_opt=["seccomp=unconfined", "apparmor=unconfined", "label=disable"],
            volumes=[f"{folder}:/run/engine", "/var/lib/docker"],
            labels={"paddock.test": "engine"},
        )
        try:
            url = f"unix://{Path(folder, 'docker.sock')}"
            _wait_for(container, url)
            yield url
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
