"""Names of what a registry keeps: ``REGISTRY/NAME:TAG``, ``REGISTRY/NAME@sha256:…``."""

from __future__ import annotations

import hashlib
import ipaddress
import re
from dataclasses import dataclass, replace

from pipeline.errors import UsageError
from pipeline.text import one_line
from stages.message import msg

#: As the OCI distribution specification writes them (v1.1, "Pulling manifests").
_HOST = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?"
)
_NAME = re.compile(
    r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*"
)
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
#: Docker Hub's name, and the host that answers for it.
_HUB, _HUB_HOST = "docker.io", "registry-1.docker.io"
_LONGEST_NAME = 255


@dataclass(frozen=True)
class Reference:
    """A manifest in a registry, by tag or digest; where both are given the digest decides."""

    registry: str
    name: str
    tag: str = ""
    digest: str = ""

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.registry}/{self.name}{tag}{digest}"

    @property
    def asked(self) -> str:
        """What the registry is asked for."""
        return self.digest or self.tag

    @property
    def host(self) -> str:
        """The host and port that answer."""
        return _HUB_HOST if self.registry == _HUB else self.registry

    @property
    def is_here(self) -> bool:
        """Whether the registry is on this machine, where Docker too takes it without TLS."""
        host = self.host.rpartition(":")[0] if re.search(r":\d+$", self.host) else self.host
        try:
            return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
        except ValueError:
            return False

    def at(self, digest: str) -> Reference:
        """Return the reference by digest alone."""
        return replace(self, tag="", digest=digest)


def parse_reference(text: str) -> Reference:
    """Read what a user typed.

    Raises:
        UsageError: it is no reference, or names no registry.
    """
    host, _, rest = text.partition("/")
    if not rest or not ("." in host or ":" in host or host == "localhost"):
        remedy = msg("as REGISTRY/NAME:TAG, such as ghcr.io/me/model:1 or docker.io/me/model:1")
        raise UsageError(msg("{text} names no registry", repr(text)), remedy=remedy)
    rest, _, digest = rest.partition("@")
    name, _, tag = rest.partition(":")
    is_right = (
        _HOST.fullmatch(host)
        and _NAME.fullmatch(name)
        and len(host) + len(name) < _LONGEST_NAME
        and (_TAG.fullmatch(tag) if ":" in rest else True)
        and (is_digest(digest) if "@" in text else True)
    )
    if not is_right:
        remedy = msg("as REGISTRY/NAME:TAG or REGISTRY/NAME@sha256:…, NAME in small letters")
        raise UsageError(msg("{text} is no reference", one_line(repr(text))), remedy=remedy)
    return Reference(host, name, tag, digest)


def is_digest(text: str) -> bool:
    """Return whether a text is a digest by SHA-256, the only kind that is taken."""
    return bool(_DIGEST.fullmatch(text))


def digest_of(data: bytes) -> str:
    """Return the digest of bytes."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
