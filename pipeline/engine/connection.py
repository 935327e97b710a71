"""The engine as the rest of the pipeline sees it: its endpoint, and what it can do, by kind."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from docker import DockerClient

from pipeline.engine.containers import Containers
from pipeline.engine.endpoint import Endpoint, connect, resolve
from pipeline.engine.errors import translated
from pipeline.engine.images import Images
from pipeline.engine.volumes import Volumes


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
        with translated("asking the engine where it is"):
            info = self.client.info()
        here = os.uname()
        return (info.get("Name"), info.get("KernelVersion")) == (here.nodename, here.release)

    def facts(self) -> Facts:
        """Ask the engine what it is."""
        with translated("asking the engine what it is"):
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
