"""A second engine, in a container of the first: another machine's, or one that may come to harm."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from docker import DockerClient
from docker.models.containers import Container

from pipeline.engine.connection import connect
from pipeline.errors import EngineError
from support.patience import PATIENCE

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
DOCKERD = 'dockerd -H unix:///run/engine/docker.sock -G "$1"'
_PID = "/var/run/docker.pid"
_END = "(that is all)"
_FILLER = "/var/lib/docker/filler"
#: The doors of one on another machine.
_DOORS = """
mkdir -p /run/sshd
/usr/sbin/sshd -f /run/engine/sshd_config
exec %s -H unix:///run/docker.sock -H tcp://0.0.0.0:2376 --tlsverify \\
    --tlscacert=/run/engine/ca.pem --tlscert=/run/engine/server.pem --tlskey=/run/engine/server-key.pem
"""
_SSHD = """
HostKey /run/engine/host
AuthorizedKeysFile /run/engine/client.pub
StrictModes no
UsePAM no
"""
_SSH = """
IdentityFile {folder}/client
IdentitiesOnly yes
StrictHostKeyChecking yes
"""
_TLS_PORT, _SSH_PORT = "2376/tcp", "22/tcp"


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

    def read(self, script: str, *words: str) -> str:
        """Run a script that changes nothing; return all that it printed.

        An engine under load has been seen to lose what a short command prints: then it is run again.
        """
        for _ in range(100):
            said = self.shell(f"{script}\necho '{_END}'", *words)
            if said.endswith(f"{_END}\n"):
                return said.removesuffix(f"{_END}\n")
        raise AssertionError(f"no end of {script}")

    def signal(self, name: str) -> None:
        """Send a signal to the engine's process."""
        self.shell('kill -"$1" "$2"', name, self._pid())

    def kill(self) -> None:
        """End the engine without a chance to clean up; containers that run may go on."""
        script = 'kill -KILL "$1"; while kill -0 "$1" 2>/dev/null; do sleep 0.02; done'
        self.shell(script, self._pid())

    def _pid(self) -> str:
        script = (
            "for name in /proc/[0-9]*/comm; do if grep -qx dockerd $name; then echo $name; fi; done"
        )
        (found,) = self.read(script).split()
        return Path(found).parent.name

    def fill(self) -> None:
        """Leave no room on the engine's disk."""
        self.shell(f"dd if=/dev/zero of={_FILLER} bs=1M 2>/dev/null || true")

    def empty(self) -> None:
        """Give the room back."""
        self.shell(f"rm -f {_FILLER}")

    def start(self) -> None:
        """Start it again and wait until it answers."""
        # What a killed one leaves names a process that another may be by now.
        script = f"rm -f {_PID}; exec {DOCKERD} >>/var/log/engine.log 2>&1"
        self.container.exec_run(["sh", "-c", script, "sh", str(os.getgid())], detach=True)
        wait_for_engine(self.container, self.url)


@dataclass(frozen=True)
class SecondEngine:
    """The ways to an engine: its socket, and what of an environment reaches it as on another machine.

    ``strangers`` is a PATH of which ssh knows no host.
    """

    url: str
    tls: Mapping[str, str]
    ssh: Mapping[str, str]
    strangers: str
    container: Container


@contextmanager
def second_engine(client: DockerClient, tools: str) -> Iterator[SecondEngine]:
    """Run an engine that knows nothing of the first.

    Args:
        client: the first engine; it has to be on this machine, for the socket lies in a folder of it.
        tools: an image with ``dockerd`` and ``sshd``.
    """
    with tempfile.TemporaryDirectory(prefix="paddock-engine-", dir="/tmp") as name:
        folder = Path(name)
        _make_certificates(folder)
        _make_keys(folder)
        ports = (_TLS_PORT, _SSH_PORT)
        with engine_container(client, tools, folder, _DOORS % DOCKERD, ports=ports) as machine:
            wait_for_engine(machine.container, machine.url)
            yield SecondEngine(
                machine.url,
                _over_tls(machine.container, folder),
                _over_ssh(machine.container, folder),
                _path_of_ssh(folder, "unknown"),
                machine.container,
            )


@contextmanager
def fragile_engine(client: DockerClient, tools: str, size: str) -> Iterator[Machine]:
    """Run an engine that may come to harm; its disk has ``size`` and is in memory.

    To its clients it is on this machine, whose name it has.
    """
    disk = {"/var/lib/docker": f"size={size},exec"}
    with (
        tempfile.TemporaryDirectory(prefix="paddock-engine-", dir="/tmp") as folder,
        engine_container(
            client,
            tools,
            Path(folder),
            "exec sleep infinity",
            tmpfs=disk,
            hostname=os.uname().nodename,
        ) as machine,
    ):
        machine.start()
        yield machine


@contextmanager
def engine_container(
    client: DockerClient,
    tools: str,
    folder: Path,
    then: str,
    tmpfs: dict[str, str] | None = None,
    hostname: str | None = None,
    ports: Sequence[str] = (),
    network: str | None = None,
) -> Iterator[Machine]:
    """Run ``then`` where an engine can live, with ``folder`` for its socket; ``$1`` is one's own group.

    Args:
        client: the first engine.
        tools: an image with ``dockerd``.
        folder: of this machine; in the container it is ``/run/engine``.
        then: a script.
        tmpfs: what lies in memory; without it the engine's files are in a volume that goes with it.
        hostname: by which it knows itself.
        ports: published on this machine's loopback.
        network: of the first engine; its default one if None.
    """
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
        ports=dict.fromkeys(ports, ("127.0.0.1", 0)),
        network=network,
        labels={"paddock.test": "engine"},
    )
    try:
        yield Machine(container, f"unix://{folder / 'docker.sock'}")
    finally:
        container.remove(force=True, v=True)


def _make_certificates(folder: Path) -> None:
    """Make an authority, and certificates for the engine at 127.0.0.1 and for its client."""
    authority = ("-addext", "keyUsage=critical,keyCertSign")
    signed = (
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca-key.pem",
        "-addext",
        "basicConstraints=critical,CA:FALSE",
    )
    for name, key, words in (
        ("ca", "ca-key", authority),
        ("server", "server-key", (*signed, "-addext", "subjectAltName=IP:127.0.0.1")),
        ("cert", "key", (*signed, "-addext", "extendedKeyUsage=clientAuth")),
    ):
        made = ("-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc")
        files = (
            "-keyout", f"{key}.pem", "-out", f"{name}.pem", "-days", "2", "-subj", f"/CN={name}",
        )  # fmt: skip
        subprocess.run(
            ["openssl", "req", *made, *files, *words], cwd=folder, check=True, capture_output=True
        )


def _make_keys(folder: Path) -> None:
    for name in ("host", "client"):
        words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(words, check=True)
    (folder / "sshd_config").write_text(_SSHD)
    (folder / "ssh_config").write_text(_SSH.format(folder=folder))


def _port(container: Container, port: str) -> str:
    container.reload()
    return str((container.ports[port] or [])[0]["HostPort"])


def _over_tls(container: Container, folder: Path) -> Mapping[str, str]:
    return {
        "DOCKER_HOST": f"tcp://127.0.0.1:{_port(container, _TLS_PORT)}",
        "DOCKER_TLS_VERIFY": "1",
        "DOCKER_CERT_PATH": str(folder),
    }


def _over_ssh(container: Container, folder: Path) -> Mapping[str, str]:
    """Return the environment, in which ``ssh`` has a configuration of its own: it asks no HOME for one."""
    port = _port(container, _SSH_PORT)
    kind, key, *_rest = (folder / "host.pub").read_text().split()
    (folder / "known").write_text(f"[127.0.0.1]:{port} {kind} {key}\n")
    return {"DOCKER_HOST": f"ssh://root@127.0.0.1:{port}", "PATH": _path_of_ssh(folder, "known")}


def _path_of_ssh(folder: Path, known: str) -> str:
    """Return a PATH with an ``ssh`` that knows the hosts of a file in ``folder``, and no others."""
    wrapper = folder / f"{known}-to" / "ssh"
    wrapper.parent.mkdir()
    words = f"{shutil.which('ssh')} -F {folder}/ssh_config -o UserKnownHostsFile={folder}/{known}"
    wrapper.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
    wrapper.chmod(0o755)
    return f"{wrapper.parent}:{os.environ['PATH']}"


def wait_for_engine(container: Container, url: str) -> None:
    """Wait until an engine answers; its container has to live meanwhile."""
    for _ in range(round(10 * PATIENCE)):
        try:
            connect({"DOCKER_HOST": url}).close()
        except EngineError:
            container.reload()
            assert container.status == "running", container.logs().decode()
            time.sleep(0.1)
        else:
            return
    raise AssertionError(container.logs().decode())
