"""Debian's docker-registry, docker-compose, engine and sshd, in an image of the tests'."""

import io
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from docker import DockerClient
from docker.errors import APIError
from docker.models.containers import Container

from pipeline.engine.images import BuildRequest, Images
from support.patience import PATIENCE

TOOLS = "paddock-test-tools:1"
_DOCKERFILE = """
ARG BASE
FROM ${BASE}
USER 0
RUN apt-get update -q \\
    && apt-get install -q -y --no-install-recommends docker-registry docker-compose \\
        docker.io iptables openssh-server \\
    && rm -rf /var/lib/apt/lists/*
ENV PYTHONPATH= PYTHONDONTWRITEBYTECODE=
ENTRYPOINT []
"""
#: Where the registry keeps everything.
STORE = "/tmp/registry"
_CONFIGURATION = f"""
version: 0.1
storage:
  filesystem:
    rootdirectory: {STORE}
  delete:
    enabled: true
http:
  addr: 0.0.0.0:5000
"""


def tar_of(name: str, content: str) -> bytes:
    """Return a tar with one file."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        member = tarfile.TarInfo(name)
        member.size = len(content.encode())
        tar.addfile(member, io.BytesIO(content.encode()))
    return buffer.getvalue()


def build_tools(client: DockerClient, base: str) -> str:
    """Build the image with the tools, or take it from the engine's cache; return its ID."""
    return build_image(client, base, TOOLS, _DOCKERFILE)


def build_image(client: DockerClient, base: str, name: str, dockerfile: str) -> str:
    """Build an image of the tests', or take it from the engine's cache; return its ID."""
    images = Images(client)
    request = BuildRequest(name, "Dockerfile", {"BASE": base})
    for _line in images.build(request, io.BytesIO(tar_of("Dockerfile", dockerfile))):
        pass
    return images.image_id(name)


_GUARDED = """
auth:
  htpasswd:
    realm: the tests'
    path: /tmp/htpasswd
"""
_BLOBS = f"{STORE}/docker/registry/v2/blobs/sha256"


@dataclass(frozen=True)
class RealRegistry:
    """Debian's docker-registry: its address, and its storage, which a test may harm."""

    address: str
    container: Container

    def change_byte(self, digest: str) -> None:
        """Change the first byte of a blob or manifest where it is stored."""
        name = digest.removeprefix("sha256:")
        script = f"printf '\\377' | dd of={_BLOBS}/{name[:2]}/{name}/data conv=notrunc bs=1 count=1"
        code, said = self.container.exec_run(["sh", "-euc", script])
        assert code == 0, said


@contextmanager
def registry(client: DockerClient, tools: str) -> Iterator[str]:
    """Run a registry of one's own on the engine's loopback; give its address."""
    with real_registry(client, tools) as running:
        yield running.address


@contextmanager
def real_registry(
    client: DockerClient, tools: str, htpasswd: str = "", network: str | None = None
) -> Iterator[RealRegistry]:
    """Run one that lets in whom ``htpasswd`` names, or everybody; in a network of the engine's."""
    container = client.containers.create(
        tools,
        ["docker-registry", "serve", "/etc/paddock-test.yml"],
        ports={"5000/tcp": ("127.0.0.1", 0)},
        network=network,
        labels={"paddock.test": "registry"},
    )
    try:
        configuration = _CONFIGURATION + (_GUARDED if htpasswd else "")
        container.put_archive("/etc", tar_of("paddock-test.yml", configuration))
        container.put_archive("/tmp", tar_of("htpasswd", htpasswd))
        container.start()
        yield RealRegistry(f"127.0.0.1:{_port(container)}", container)
    finally:
        container.remove(force=True, v=True)


def _port(container: Container) -> str:
    for _ in range(round(10 * PATIENCE)):
        container.reload()
        bound = container.ports.get("5000/tcp")
        if bound and b"listening on" in container.logs():
            return str(bound[0]["HostPort"])
        time.sleep(0.1)
    raise AssertionError(container.logs().decode())


def push(
    client: DockerClient, source: str, repository: str, login: dict[str, str] | None = None
) -> str:
    """Push an image to a registry that may still be starting; return its reference by digest."""
    client.images.get(source).tag(repository, "1")
    try:
        return _pushed(client, repository, login)
    finally:
        client.images.remove(f"{repository}:1")


def _pushed(client: DockerClient, repository: str, login: dict[str, str] | None) -> str:
    said = ""
    for _ in range(round(5 * PATIENCE)):
        stream = client.api.push(repository, tag="1", stream=True, decode=True, auth_config=login)
        items = list(stream)
        digests = [item["aux"]["Digest"] for item in items if "Digest" in item.get("aux", {})]
        if digests:
            return f"{repository}@{digests[0]}"
        said = str(items[-1:])
        time.sleep(0.2)
    raise AssertionError(f"the registry took no push: {said}")


def run_tool(client: DockerClient, tools: str, command: list[str], name: str, content: str) -> str:
    """Run one of the tools with a file of its own in /tmp; return its output.

    Raises:
        AssertionError: it ended with another code than 0; says what it printed.
    """
    container = client.containers.create(
        tools, command, working_dir="/tmp", network_mode="none", labels={"paddock.test": "tool"}
    )
    try:
        container.put_archive("/tmp", tar_of(name, content))
        container.start()
        code = container.wait(timeout=PATIENCE)["StatusCode"]
        output = container.logs().decode()
    except APIError as error:
        raise AssertionError(str(error)) from error
    finally:
        container.remove(force=True)
    assert code == 0, output
    return str(output)
