"""Why a build step failed, read from what it printed last."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.engine.errors import CA_REMEDY
from pipeline.errors import EngineError, IntegrityFailed, PaddockError
from stages.message import msg

#: (what the log says, kind of error, message, remedy); the first that matches counts.
_KNOWN: tuple[tuple[re.Pattern[str], type[PaddockError], str, str], ...] = (
    (
        re.compile(r"DO NOT MATCH THE HASHES|is not the font it was"),
        IntegrityFailed,
        msg("a downloaded file is not the one that the lock names"),
        msg("try again without a mirror (PIP_INDEX_URL); if it stays so, tell the project"),
    ),
    (
        re.compile(r"CERTIFICATE_VERIFY_FAILED|certificate verify failed", re.IGNORECASE),
        EngineError,
        msg("the package index's certificate is not trusted inside the build"),
        CA_REMEDY,
    ),
    (
        re.compile(r"No space left on device", re.IGNORECASE),
        EngineError,
        msg("the engine's file system is full"),
        msg("free space there, or remove unused images with `docker image prune`"),
    ),
    (
        re.compile(
            r"NewConnectionError|name resolution|Network is unreachable|ConnectTimeout|timed out"
            r"|ProxyError|Failed to fetch|Could not resolve"
        ),
        EngineError,
        msg("packages cannot be downloaded inside the build"),
        msg("check the network and the proxy (HTTPS_PROXY), or name a mirror in PIP_INDEX_URL"),
    ),
)


def name_failure(error: EngineError, image: str, lines: Sequence[str]) -> PaddockError:
    """Return the error to raise: a known cause of the log's, or else the engine's own words."""
    log = "\n".join(lines)
    for pattern, kind, message, remedy in _KNOWN:
        if pattern.search(log):
            return kind(msg("building {image}: {message}", image, message), image, remedy)
    said = next((line for line in reversed(lines) if line and not line.startswith("Removing")), "")
    message = msg("{first} ({rest})", error.message, said) if said else error.message
    return EngineError(message, image, msg("the last lines of the build's log are above"))
