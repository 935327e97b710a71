"""Why a registry did not do what it was asked, and what to do about it."""

from __future__ import annotations

import json
from collections.abc import Iterator

from requests.exceptions import (
    ConnectionError as Unreachable,
)
from requests.exceptions import (
    ConnectTimeout,
    ProxyError,
    SSLError,
    Timeout,
)

from pipeline.errors import PaddockError
from pipeline.text import one_line, without_secrets
from stages.contract import Exit
from stages.message import msg

#: What the server's words are cut to.
_LONGEST_WORDS = 300
_MOST_WRAPPED = 10


class RegistryFailed(PaddockError):
    """The registry cannot be reached, or says no."""

    code = Exit.ENGINE


class NotThere(RegistryFailed):
    """The registry has no such manifest or blob."""


class BrokeOff(RegistryFailed):
    """The connection or the server failed, which the next moment it may not."""


def of_connection(error: Exception, url: str, registry: str) -> RegistryFailed:
    """Say why a request got no answer."""
    where = without_secrets(url)
    if isinstance(error, SSLError):
        return _of_tls(error, where, registry)
    if isinstance(error, ProxyError):
        remedy = msg("check HTTPS_PROXY, and NO_PROXY for a registry that is reached without one")
        return RegistryFailed(msg("the proxy does not lead to {registry}", registry), where, remedy)
    if isinstance(error, Timeout) and not isinstance(error, ConnectTimeout):
        return BrokeOff(msg("{registry} stopped answering", registry), where, _AGAIN)
    if isinstance(error, Unreachable):
        remedy = msg("check the registry's name and port, the network and HTTPS_PROXY")
        words = _innermost(error)
        return BrokeOff(msg("no connection to {registry}: {words}", registry, words), where, remedy)
    kind = type(error).__name__
    return BrokeOff(msg("{registry} cannot be understood ({kind})", registry, kind), where, _AGAIN)


def _of_tls(error: SSLError, where: str, registry: str) -> RegistryFailed:
    words = one_line(str(error))
    if "CERTIFICATE_VERIFY_FAILED" in words:
        reason = words.rpartition("certificate verify failed: ")[2].partition(" (_ssl")[0]
        return RegistryFailed(
            msg(
                "the certificate of {registry} was refused: {reason}",
                registry,
                reason[:_LONGEST_WORDS],
            ),
            where,
            msg("name the authority that signed it: PADDOCK_CA_BUNDLE=/path/of/authority.pem"),
        )
    return NoTls(
        msg("{registry} does not speak TLS as it should", registry),
        where,
        msg("if it is a registry without TLS on a network that you trust, use --plain-http"),
    )


class NoTls(RegistryFailed):
    """What answers does not speak TLS."""


_AGAIN = msg("try again: what arrived is kept, and the same command goes on from there")


def _innermost(error: BaseException) -> str:
    """Return what the system said, which libraries wrap several times."""
    for _ in range(_MOST_WRAPPED):
        inner = getattr(error, "reason", None) or error.__cause__ or error.__context__
        if not isinstance(inner, BaseException):
            break
        error = inner
    words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return one_line(words)[:_LONGEST_WORDS]


def of_stream(error: Exception, url: str, registry: str) -> RegistryFailed:
    """Say that an answer ended before its end."""
    words = _innermost(error)
    return BrokeOff(
        msg("{registry} broke off: {words}", registry, words), without_secrets(url), _AGAIN
    )


def of_status(status: int, body: bytes, url: str, registry: str, *, known: bool) -> RegistryFailed:
    """Say what an answer's status means.

    Args:
        status: of the answer, none that was expected.
        body: it may be the specification's list of errors.
        url: that was asked for.
        registry: that was meant.
        known: whether it was told who one is.
    """
    said = "; ".join(_words(body))
    tail = msg(": {said}", said) if said else ""
    where = without_secrets(url)
    if status in (401, 403):
        refused = (
            msg("{registry} does not allow this to whom you are logged in as{tail}", registry, tail)
            if known
            else msg("{registry} wants to know who you are{tail}", registry, tail)
        )
        return RegistryFailed(refused, where, msg("docker login {registry}", registry))
    if status == 404:
        return NotThere(msg("{registry} has nothing of this name{tail}", registry, tail), where)
    if status == 429:
        remedy = msg("wait a while, then try again")
        return RegistryFailed(
            msg("{registry} is asked too often{tail}", registry, tail), where, remedy
        )
    kind = BrokeOff if status >= 500 else RegistryFailed
    return kind(
        msg("{registry} answered {status}{tail}", registry, status, tail),
        where,
        msg("ask whoever runs the registry; its log says more"),
    )


def _words(body: bytes) -> Iterator[str]:
    try:
        errors = json.loads(body)["errors"]
        for item in errors[:3]:
            code, message = str(item.get("code", "")), str(item.get("message", ""))
            yield one_line(f"{code} {message}".strip())[:_LONGEST_WORDS]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return
