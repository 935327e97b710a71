"""Downloading one file over HTTP: through the user's proxy, with little patience, whole or not at all."""

from __future__ import annotations

import http.client
import os
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pipeline import __version__
from pipeline.errors import PaddockError
from pipeline.images.certificates import Bundle, find_bundle
from pipeline.models.fetch_context import FetchContext
from pipeline.text import human_size, one_line, without_secrets
from stages.message import msg

_PIECE = 1 << 16
#: How often progress is said, in seconds.
_SAID_EVERY = 5.0


class SourceFailed(PaddockError):
    """A place that has a file could not be reached, or broke off; another one may do."""


class _BrokeOff(SourceFailed):
    """The connection or the server failed, which the next moment it may not."""


@dataclass(frozen=True)
class DownloadLimits:
    """When a source is given up.

    Args:
        silence: seconds without an answer, or without another byte of it.
        grace: seconds that a slow one is listened to.
        slowest: bytes a second below which it is too slow after that.
    """

    silence: float = 10.0
    grace: float = 30.0
    slowest: int = 10_000


USUAL = DownloadLimits()


def download(
    url: str,
    target: Path,
    caller: FetchContext,
    size: int | None = None,
    patience: DownloadLimits = USUAL,
) -> None:
    """Write what ``url`` answers into ``target``. Redirections are followed, proxies are the environment's.

    What broke off is asked for once more, from its start.

    Args:
        url: http or https.
        target: the file to write.
        caller: told how far it is; can break it off.
        size: of the file in bytes, if it is known; an answer that ends earlier is refused, of a longer
            one no more is read.
        patience: when to give up.

    Raises:
        SourceFailed: no connection, an error for an answer, too slow, or broken off.
        OSError: ``target`` cannot be written.
    """
    try:
        _download(url, target, _Progress(url, target.name, caller, size, patience), size)
    except _BrokeOff as error:
        caller.say(msg("asking {shown} again: {message}", without_secrets(url), error.message))
        _download(url, target, _Progress(url, target.name, caller, size, patience), size)


def _download(url: str, target: Path, progress: _Progress, size: int | None) -> None:
    with target.open("wb") as sink:
        for piece in _pieces(url, progress):
            sink.write(piece)
            progress.take(len(piece))
            if size is not None and progress.received > size:
                return  # another file, as its hash will say: it need not be had whole
    progress.finish()


def _pieces(url: str, progress: _Progress) -> Iterator[bytes]:
    """Give the answer's bytes as they come."""
    request = urllib.request.Request(url, headers={"User-Agent": f"paddock/{__version__}"})  # noqa: S310 - http or https, by schema or catalogue
    try:
        with urllib.request.urlopen(  # noqa: S310
            request, timeout=progress.patience.silence, context=_trusted()
        ) as answer:
            progress.announce(answer.headers.get("Content-Length"))
            while piece := answer.read1(_PIECE):
                yield piece
    except (OSError, http.client.HTTPException, ValueError) as error:
        final = isinstance(error, urllib.error.HTTPError) and error.code < 500
        kind = SourceFailed if final else _BrokeOff
        raise kind(_reason(error, progress.patience), without_secrets(url)) from error


def _trusted() -> ssl.SSLContext:
    """Return the authorities that the environment names, else the system's."""
    return _trusting(find_bundle(os.environ))


@lru_cache(maxsize=1)
def _trusting(bundle: Bundle | None) -> ssl.SSLContext:
    """Read them: tens of milliseconds, for each of a model's files."""
    return ssl.create_default_context(cafile=str(bundle.path) if bundle else None)


def _reason(error: Exception, patience: DownloadLimits) -> str:
    """Say in a few words why a source failed."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(error, urllib.error.HTTPError):
        return one_line(msg("the server answered {code} {reason}", error.code, error.reason))
    if isinstance(cause, TimeoutError):
        return msg("no answer for {silence} s", f"{patience.silence:g}")
    if isinstance(cause, ssl.SSLCertVerificationError):
        return one_line(msg("its certificate was refused: {verify_message}", cause.verify_message))
    words = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause)
    return one_line(msg("no connection: {words}", words)[:300])


class _Progress:
    """How far a download is; refuses one that is too slow or that ends too early."""

    def __init__(
        self, url: str, name: str, caller: FetchContext, size: int | None, patience: DownloadLimits
    ) -> None:
        self.patience, self._url = patience, without_secrets(url)
        self._name, self._caller, self._size = name, caller, size
        self._began = self._said = time.monotonic()
        self.received = 0

    def announce(self, length: str | None) -> None:
        """Take what the server says of the size, if nobody knows better; the clock starts."""
        self._began = self._said = time.monotonic()
        if self._size is None and length and length.isdecimal():
            self._size = int(length)

    def take(self, count: int) -> None:
        """Count bytes that came."""
        self._caller.check()
        self.received += count
        now = time.monotonic()
        elapsed = now - self._began
        if elapsed > self.patience.grace and self.received < elapsed * self.patience.slowest:
            rate = human_size(int(self.received / elapsed))
            raise SourceFailed(msg("too slow: {rate} a second", rate), self._url)
        if now - self._said > _SAID_EVERY:
            self._said = now
            of = f" of {human_size(self._size)}" if self._size else ""
            self._caller.say(f"{self._name}: {human_size(self.received)}{of}")

    def finish(self) -> None:
        """Refuse an answer that ended too early."""
        if self._size is not None and self.received < self._size:
            short = msg("it ended after {received} of {size} bytes", self.received, self._size)
            raise _BrokeOff(short, self._url)
