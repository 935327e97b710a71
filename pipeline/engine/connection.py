"""The engine as the rest of the pipeline sees it: its endpoint, and what it can do, by kind."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from docker import DockerClient
from docker.constants import MINIMUM_DOCKER_API_VERSION
from docker.tls import TLSConfig
from requests.utils import get_environ_proxies

from pipeline.engine.containers import Containers
from pipeline.engine.endpoint import DEFAULT_URL, Endpoint, resolve
from pipeline.engine.errors import translated
from pipeline.engine.images import Images
from pipeline.engine.ssh import SshAdapter, ssh_command
from pipeline.engine.volumes import Volumes
from pipeline.errors import EngineError
from stages.message import msg

#: Seconds that the engine may take to answer at all.
FIRST_TIMEOUT = 15
#: Seconds without a byte after which it counts as gone; a build step may be silent for long.
TIMEOUT = 900


#: What an engine says of the limits that a stage has, and their names.
_LIMITS = {"MemoryLimit": msg("memory"), "CpuCfsQuota": msg("CPUs"), "PidsLimit": msg("processes")}


@dataclass(frozen=True)
class Facts:
    """What the engine says of itself."""

    version: str
    driver: str
    cpus: int
    memory: int
    rootless: bool
    mapped: bool
    """whether root in a container is another user outside (userns-remap)"""
    architecture: str
    """of its kernel, as ``uname -m`` says it"""
    unenforced: tuple[str, ...]
    """the limits that it cannot enforce"""
    root: Path
    """where its images and volumes are, on its own machine"""


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
        options = info.get("SecurityOptions") or ()
        return Facts(
            version=str(info["ServerVersion"]),
            driver=str(info["Driver"]),
            cpus=info["NCPU"],
            memory=info["MemTotal"],
            rootless=any("rootless" in option for option in options),
            mapped=any("userns" in option for option in options),
            architecture=str(info.get("Architecture", "")),
            unenforced=tuple(what for key, what in _LIMITS.items() if info.get(key) is False),
            root=Path(str(info.get("DockerRootDir", "/"))),
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
        client = _client(endpoint, _offered_version(endpoint))
        client.ping()
        client.api.timeout = TIMEOUT
        return client


def _offered_version(endpoint: Endpoint) -> str:
    """Ask the engine for the version of its API."""
    with contextlib.closing(_client(endpoint, MINIMUM_DOCKER_API_VERSION)) as client:
        offered = client.api.version(api_version=False)
    if not isinstance(offered, dict) or "ApiVersion" not in offered:
        raise EngineError(
            msg("what answers there is no Docker engine"),
            endpoint.said,
            msg("correct DOCKER_HOST or the docker context"),
        )
    return str(offered["ApiVersion"])


def _client(endpoint: Endpoint, version: str) -> DockerClient:
    """Return a client that has asked nothing yet: how it connects is settled before it does."""
    behind_ssh = endpoint.url.startswith("ssh://")
    client = DockerClient(
        # Of an engine behind ssh no address is looked at.
        base_url=DEFAULT_URL if behind_ssh else endpoint.url,
        version=version,
        timeout=FIRST_TIMEOUT,
        tls=_tls(endpoint),
    )
    if behind_ssh:
        client.api.mount("http+docker://", SshAdapter(ssh_command(endpoint.url)))
    # By itself requests trusts the certificates of REQUESTS_CA_BUNDLE instead of the engine's own ca.pem.
    client.api.trust_env = False
    client.api.proxies = get_environ_proxies(client.api.base_url)
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
