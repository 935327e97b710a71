"""Raw errors of the daemon, of requests and of sockets, turned into named causes with a remedy.

The daemon says most things in prose only, so its prose is matched here and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from docker.errors import DockerException

from pipeline.errors import EngineError
from pipeline.text import without_credentials
from stages.message import Message, msg


class RegistryUnreachable(EngineError):
    """No registry answered: what is wanted may exist, and may be had in another way."""


@dataclass(frozen=True)
class Cause:
    """A known failure: what its text looks like (a regular expression), what it is called, what helps."""

    pattern: str
    message: str
    remedy: str
    error: type[EngineError] = EngineError


NETWORK_REMEDY = msg("check the network and the proxy (HTTPS_PROXY), or build from a local base")
CA_REMEDY = msg(
    "give your proxy's certificates: PADDOCK_CA_BUNDLE=/path/bundle.pem for builds; for "
    "pulls add them to the engine's trust store"
)
#: The first that matches counts, so the specific stand before the general.
CAUSES = (
    Cause(
        r"ssh ended: .*Permission denied \([a-z,-]+\)",
        msg("the engine's host refuses ssh"),
        msg(
            "`ssh HOST true` has to work without a question: a key that its user knows, its passphrase "
            "in an ssh-agent (`ssh-add`)"
        ),
    ),
    Cause(
        r"ssh ended: .*(Host key verification failed|HOST IDENTIFICATION HAS CHANGED)",
        msg("ssh does not know the engine's host, or its key has changed"),
        msg("connect once with `ssh HOST`, and compare the key that it shows"),
    ),
    Cause(
        r"ssh ended: .*(docker: (command )?not found|not found: docker|'?dial-stdio'? is not"
        r"|docker: No such file)",
        msg("the engine's host has no docker command that can be reached through ssh"),
        msg(
            "install the docker CLI there, 18.09 or newer, and see that `ssh HOST docker version` works"
        ),
    ),
    Cause(
        r"no space left on device(?!.*/dev/shm)|disk quota exceeded",
        msg("the engine's file system is full{detail}"),
        msg("free space there, or remove unused images with `docker image prune`"),
    ),
    Cause(
        r"permission denied.*(sock|connect)|PermissionError",
        msg("no permission to use the Docker engine"),
        msg("join its group (`sudo usermod -aG docker $USER`, then log in again) or run as root"),
    ),
    Cause(
        r"FileNotFoundError|No such file or directory.*Connection|Connection.*No such file",
        msg("the Docker engine is not running: its socket does not exist"),
        msg(
            "start it (`scripts/engine` here, else `sudo systemctl start docker`), or set "
            "DOCKER_HOST"
        ),
    ),
    Cause(
        r"could not select device driver",
        msg("the engine cannot give a container a GPU: NVIDIA's container toolkit is not set up"),
        msg(
            "on the engine's machine install the NVIDIA driver and nvidia-container-toolkit, run `sudo "
            'nvidia-ctk runtime configure` and restart the engine; or set train.device = "cpu"'
        ),
    ),
    Cause(
        r"nvidia-container-cli: device error|unresolvable CDI devices",
        msg("the engine's machine has fewer GPUs than were asked for"),
        msg("set train.devices to what `nvidia-smi` lists there"),
    ),
    Cause(
        r"nvidia-container-cli|libnvidia-ml\.so|libcuda\.so",
        msg("the NVIDIA driver of the engine's machine is missing or does not work"),
        msg('install it there, until `nvidia-smi` lists the GPU; or set train.device = "cpu"'),
    ),
    Cause(
        r"CERTIFICATE_VERIFY_FAILED|certificate verify failed",
        msg("the Docker engine's certificate is not one that ca.pem vouches for"),
        msg("correct DOCKER_CERT_PATH, or the address: the certificate has to name it"),
    ),
    Cause(
        r"alert (certificate required|bad certificate|unknown ca|handshake failure)"
        r"|CERTIFICATE_REQUIRED|BAD_CERTIFICATE|TLSV1_ALERT_UNKNOWN_CA",
        msg("the Docker engine wants a certificate of yours, or does not accept it"),
        msg("put ca.pem, cert.pem and key.pem into DOCKER_CERT_PATH"),
    ),
    Cause(
        r"HTTP request to an HTTPS server",
        msg("the Docker engine speaks TLS only"),
        msg("set DOCKER_TLS_VERIFY=1, and DOCKER_CERT_PATH to the folder of its certificates"),
    ),
    Cause(
        r"WRONG_VERSION_NUMBER|record layer failure",
        msg("the Docker engine does not speak TLS there"),
        msg("unset DOCKER_TLS_VERIFY, or correct the port (2376 by custom for TLS)"),
    ),
    Cause(
        r"x509|certificate signed by unknown authority",
        msg("a certificate is not trusted"),
        CA_REMEDY,
        RegistryUnreachable,
    ),
    Cause(
        r"toomanyrequests|rate limit",
        msg("the registry limits how often one may pull"),
        msg("wait, or `docker login` to it"),
        RegistryUnreachable,
    ),
    Cause(
        r"manifest (for .* )?(unknown|not found)|manifest unknown|not found: manifest",
        msg("the registry does not have this image or digest"),
        msg("check the name and the digest; nothing else is used in its place"),
    ),
    Cause(
        r"pull access denied|repository does not exist|unauthorized|authentication required"
        r"|no basic auth",
        msg("the registry refuses this image"),
        msg("check its name, or `docker login` to the registry"),
    ),
    Cause(
        r"No such image|image .* not found|reference does not exist",
        msg("the image is not there"),
        msg("make it with `paddock images build`"),
    ),
    Cause(
        r"No such container",
        msg("somebody removed the container"),
        msg("run the same command again: it goes on from there"),
    ),
    Cause(
        r"dial tcp|lookup .* on|no such host|TLS handshake timeout|i/o timeout|request canceled"
        r"|server misbehaving|/v2/[^ ]*: EOF|proxyconnect|Client\.Timeout|net/http|server gave HTTP response",
        msg("the registry cannot be reached"),
        NETWORK_REMEDY,
        RegistryUnreachable,
    ),
    Cause(
        r"Connection refused|ECONNREFUSED|ConnectionRefusedError|Cannot connect to the Docker daemon",
        msg("nothing listens where the Docker engine should"),
        msg("start the engine, or correct DOCKER_HOST"),
    ),
    Cause(
        r"Name or service not known|nodename nor servname|Temporary failure in name resolution",
        msg("the Docker engine's host is not known"),
        msg("correct DOCKER_HOST or the docker context"),
    ),
    Cause(
        r"Read timed out|timed out|TimeoutError",
        msg("the Docker engine did not answer in time"),
        msg("look at its log and load, then try again"),
    ),
    Cause(
        r"Connection aborted|RemoteDisconnected|Connection reset|BrokenPipe|IncompleteRead"
        r"|ProtocolError|Response ended prematurely",
        msg("the Docker engine ended the connection"),
        msg("see whether it still runs (`docker info`), then run the same command again"),
    ),
)
_PATH_BEFORE_SPACE = re.compile(r"(/[^\s:,'\"]+): no space left", re.IGNORECASE)
#: Longest piece of the daemon's own words in a message.
_QUOTED = 300


@contextmanager
def translated(doing: str, where: str = "") -> Iterator[None]:
    """Turn whatever Docker raises inside the block into an EngineError.

    Args:
        doing: what is being done, such as ``pulling python``; starts the message.
        where: container, image, volume or endpoint.

    Raises:
        EngineError: with the cause named, and the raw error as its ``__cause__``.
    """
    try:
        yield
    except (DockerException, OSError) as error:  # requests' own are OSErrors
        raise explain(_text(error), doing, where) from error


def explain(raw: str, doing: str, where: str = "") -> EngineError:
    """Name the cause behind an engine's raw words."""
    for cause in CAUSES:
        if re.search(cause.pattern, raw, re.IGNORECASE | re.DOTALL):
            place = _PATH_BEFORE_SPACE.search(raw)
            detail = f" ({place[1]})" if place else ""
            takes = "{detail}" in cause.message
            message = Message(cause.message, [detail]) if takes else cause.message
            return cause.error(msg("{first}: {rest}", doing, message), where, cause.remedy)
    return EngineError(
        msg("{first}: {rest}", doing, _quoted(raw)), where, msg("see the engine's own log for more")
    )


def _text(error: BaseException) -> str:
    """Return the error's words with its class and those of what it was made of."""
    said: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(said) < 8:
        said.append(f"{type(seen).__name__}: {getattr(seen, 'explanation', None) or seen}")
        seen = seen.__cause__ or seen.__context__
    return " | ".join(said)


def _quoted(raw: str) -> str:
    """Return untrusted words as one harmless line."""
    line = "".join(char if char.isprintable() else " " for char in without_credentials(raw))
    return " ".join(line.split())[:_QUOTED]
