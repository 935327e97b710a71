"""The engine as the rest of the pipeline sees it: its endpoint, and what it can do, by kind."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from docker import DockerClient
from docker.tls import TLSConfig

from pipeline.engine.containers import Containers
from pipeline.engine.endpoint import Endpoint, resolve
from pipeline.engine.errors import translated
from pipeline.engine.images import Images
from pipeline.engine.volumes import Volumes
from stages.message import msg

#: Seconds that the engine may take to answer at all.
FIRST_TIMEOUT = 15
#: Seconds without a byte after which it counts as gone; a build step may be silent for long.
TIMEOUT = 900


@dataclass(frozen=True)
class Facts:
    """What the engine says of itself."""

    version: str
    driver: str
    cpus: int
    memory: int
    rootless: bool


@dataclass(frozen=True)
class Engine:
    """A reachable engine."""

    endpoint: Endpoint
    client: DockerClient
    images: Images
    containers: Containers
    volumes: Volumes

    def is_here(self) -> bool:
        """Return whether containers run under this machine's own kernel, and so on its processor."""
        with translated(msg("asking the engine where it is")):
            info = self.client.info()
        here = os.uname()
        return (info.get("Name"), info.get("KernelVersion")) == (here.nodename, here.release)

    def facts(self) -> Facts:
        """Ask the engine what it is."""
        with translated(msg("asking the engine what it is")):
            info = self.client.info()
        rootless = any("rootless" in option for option in info.get("SecurityOptions") or ())
        return Facts(
            str(info["ServerVersion"]),
            str(info["Driver"]),
            info["NCPU"],
            info["MemTotal"],
            rootless,
        )


def open_engine(environ: Mapping[str, str]) -> Engine:
    """Reach the engine that the docker CLI would use.

    Raises:
        EngineError: it cannot be reached; the remedy says what to do.
    """
    client = connect(environ)
    return Engine(resolve(environ), client, Images(client), Containers(client), Volumes(client))


def connect(environ: Mapping[str, str]) -> DockerClient:
    """Return a client of the engine, after it has answered once.

    Raises:
        EngineError: it cannot be reached; the message says why, the remedy what to do.
    """
    endpoint = resolve(environ)
    with translated(msg("reaching the Docker engine"), endpoint.said):
        client = DockerClient(
            base_url=endpoint.url,
            version="auto",
            timeout=FIRST_TIMEOUT,
            tls=_tls(endpoint),
            use_ssh_client=endpoint.url.startswith("ssh://"),
        )
        client.ping()
        client.api.timeout = TIMEOUT
        return client


def _tls(endpoint: Endpoint) -> TLSConfig | bool:
    if endpoint.tls is None or not endpoint.url.startswith(("tcp://", "https://")):
        return False
    authority, certificate, key = (endpoint.tls / f"{name}.pem" for name in ("ca", "cert", "key"))
    pair = (str(certificate), str(key)) if certificate.is_file() and key.is_file() else None
    return TLSConfig(
        client_cert=pair,
        ca_cert=str(authority) if authority.is_file() else None,
        verify=endpoint.verify,
    )
