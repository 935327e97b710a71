"""Who one is to a registry: as the docker CLI knows it, from config.json and its credential helpers."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from docker.auth import load_config
from docker.credentials.errors import StoreError
from docker.errors import DockerException

from pipeline.engine.endpoint import config_folder
from pipeline.errors import EngineError
from stages.message import msg


@dataclass(frozen=True)
class Credentials:
    """A name and a password, or a token that is changed for another one; neither is ever shown."""

    username: str = ""
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)

    @property
    def basic(self) -> str:
        """The header that says them."""
        both = f"{self.username}:{self.password}".encode()
        return f"Basic {base64.b64encode(both).decode('ascii')}"

    def as_config(self, registry: str) -> bytes:
        """Return them as the docker CLI's config.json has them: a secret."""
        both = base64.b64encode(f"{self.username}:{self.password}".encode()).decode("ascii")
        known = {"auth": both} if self.username else {}
        known |= {"identitytoken": self.identity_token} if self.identity_token else {}
        return json.dumps({"auths": {registry: known}}).encode("utf-8")


def credentials_for(registry: str, environ: Mapping[str, str]) -> Credentials | None:
    """Return what ``docker login REGISTRY`` left; None if nothing did.

    Raises:
        EngineError: the configuration cannot be read, or a credential helper failed.
    """
    path = config_folder(environ) / "config.json"
    if not path.is_file():
        return None
    try:
        found = load_config(str(path)).resolve_authconfig(registry)
    except (DockerException, StoreError, OSError, ValueError, AttributeError, TypeError) as error:
        # What is wrong may hold a password: of the error only the kind is said.
        raise EngineError(
            msg(
                "the credentials of {registry} cannot be read ({kind})",
                registry,
                type(error).__name__,
            ),
            str(path),
            msg("log in anew: docker login {registry}", registry),
        ) from error
    if not found:
        return None
    values = {str(key).lower(): str(value) for key, value in found.items() if value}
    return Credentials(
        values.get("username", ""), values.get("password", ""), values.get("identitytoken", "")
    )
