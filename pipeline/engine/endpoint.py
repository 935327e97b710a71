"""Which engine: the docker CLI's own answer, so that where ``docker ps`` works, ``paddock`` does.

``DOCKER_HOST`` first, then ``DOCKER_CONTEXT``, then the context that ``docker context use`` chose
(config.json in ``DOCKER_CONFIG`` or ``~/.docker``), then the default socket.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import EngineError
from pipeline.text import without_secrets
from stages.message import msg

DEFAULT_URL = "unix:///var/run/docker.sock"


@dataclass(frozen=True)
class Endpoint:
    """Where the engine is, and what said so. ``tls`` is a folder with ca.pem, cert.pem, key.pem."""

    url: str
    source: str
    tls: Path | None = None
    verify: bool = True

    @property
    def said(self) -> str:
        """Address and source, for people and records; a password in it is nobody's business."""
        return msg("{first} ({rest})", without_secrets(self.url), self.source)


def resolve(environ: Mapping[str, str]) -> Endpoint:
    """Find the engine as the docker CLI does.

    Raises:
        EngineError: the chosen context does not exist, or its description cannot be read.
    """
    if environ.get("DOCKER_HOST"):
        tls, verify = _environment_tls(environ)
        return Endpoint(environ["DOCKER_HOST"], "DOCKER_HOST", tls, verify)
    config = config_folder(environ)
    if environ.get("DOCKER_CONTEXT"):
        return _context(environ["DOCKER_CONTEXT"], "DOCKER_CONTEXT", config)
    current = _read_json(config / "config.json").get("currentContext")
    if current:
        return _context(str(current), msg("docker context use"), config)
    return Endpoint(DEFAULT_URL, msg("default socket"))


def config_folder(environ: Mapping[str, str]) -> Path:
    """Return where the docker CLI keeps its configuration."""
    chosen = environ.get("DOCKER_CONFIG")
    return Path(chosen) if chosen else Path(environ.get("HOME") or Path.home()) / ".docker"


def _environment_tls(environ: Mapping[str, str]) -> tuple[Path | None, bool]:
    """Read ``DOCKER_TLS_VERIFY``, ``DOCKER_TLS`` and ``DOCKER_CERT_PATH``."""
    verify = bool(environ.get("DOCKER_TLS_VERIFY"))
    if not verify and not environ.get("DOCKER_TLS"):
        return None, True
    folder = environ.get("DOCKER_CERT_PATH")
    return (Path(folder) if folder else config_folder(environ)), verify


def _context(name: str, source: str, config: Path) -> Endpoint:
    """Read a context as ``docker context`` stores it: in a folder named by the name's SHA-256."""
    source = msg("context {name}, from {source}", repr(name), source)
    if name == "default":
        return Endpoint(DEFAULT_URL, source)
    identity = hashlib.sha256(name.encode()).hexdigest()
    meta = config / "contexts" / "meta" / identity / "meta.json"
    if not meta.is_file():
        remedy = msg("choose one of `docker context ls`, or unset DOCKER_CONTEXT")
        raise EngineError(msg("there is no docker context {name}", repr(name)), str(meta), remedy)
    endpoints = _read_json(meta).get("Endpoints")
    docker = endpoints.get("docker") if isinstance(endpoints, dict) else None
    if not isinstance(docker, dict) or not docker.get("Host"):
        remedy = msg("look at `docker context inspect`, or choose another context")
        raise EngineError(
            msg("the docker context {name} names no host", repr(name)), str(meta), remedy
        )
    tls = config / "contexts" / "tls" / identity / "docker"
    verify = not docker.get("SkipTLSVerify", False)
    return Endpoint(str(docker["Host"]), source, tls if tls.is_dir() else None, verify)


def _read_json(path: Path) -> dict[str, Any]:
    """Return the object in ``path``; an absent file is an empty one, as for the docker CLI."""
    if not path.is_file():
        return {}
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        remedy = msg("correct the file, or set DOCKER_HOST")
        raise EngineError(
            msg("cannot read docker's configuration: {error}", error), str(path), remedy
        ) from error
    return value if isinstance(value, dict) else {}
