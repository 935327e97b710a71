"""Between a client and its engine: passes everything on, but for what a test lets go wrong."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

#: What becomes of a request: an error, words that no engine says, a late answer, none, or half of one.
How = Literal["error", "babble", "late", "none", "half"]
_ERROR = b'{"message":"something is wrong in the engine"}'
_LATE_S = 0.2
#: Of an answer, before it breaks off: more than a head, less than what matters.
_HALF = 400


@dataclass(frozen=True)
class Trouble:
    """What goes wrong with requests that look like ``pattern`` ("POST /v1.41/containers/create?…").

    Args:
        pattern: a regular expression for the request's line.
        how: what becomes of it.
        times: with how many of them, from the first on.
    """

    pattern: str
    how: How
    times: int = 10**6


@dataclass
class Proxy:
    """Listens at ``url`` for requests to the engine at ``target``; a context manager."""

    target: str
    path: Path
    trouble: Trouble | None = None
    met: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(self.path))
        self._server.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Its address, for DOCKER_HOST."""
        return f"unix://{self.path}"

    @contextmanager
    def making(self, trouble: Trouble) -> Iterator[None]:
        """Let something go wrong while the block runs."""
        self.met.clear()
        self.trouble = trouble
        try:
            yield
        finally:
            self.trouble = None

    def __enter__(self) -> Proxy:
        return self

    def __exit__(self, *_raised: object) -> None:
        self._server.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._server.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        """Serve one request, for which the connection is closed after it."""
        with suppress(OSError), client, socket.socket(socket.AF_UNIX) as engine:
            head = _head_of(client)
            if not head:
                return
            how = self._how(head.partition(b"\r\n")[0].decode("latin-1"))
            if how in ("error", "babble", "none"):
                _refuse(client, how)
                return
            if how == "late":
                time.sleep(_LATE_S)
            engine.connect(self.target.removeprefix("unix://"))
            engine.sendall(_for_one_request(head))
            threading.Thread(target=_pass_on, args=(client, engine), daemon=True).start()
            _pass_on(engine, client, _HALF if how == "half" else None)
            for end in (client, engine):
                end.shutdown(socket.SHUT_RDWR)

    def _how(self, line: str) -> How | None:
        trouble = self.trouble
        if trouble and len(self.met) < trouble.times and re.search(trouble.pattern, line):
            self.met.append(line)
            return trouble.how
        return None


def _head_of(client: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        block = client.recv(1 << 16)
        if not block:
            return b""
        head += block
    return head


def _for_one_request(head: bytes) -> bytes:
    """Ask the engine to close the connection after its answer, unless it shall become a stream."""
    lines = head.split(b"\r\n")
    if any(line.lower().startswith(b"upgrade:") for line in lines):
        return head
    end = lines.index(b"")
    kept = [line for line in lines[1:end] if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([lines[0], b"Connection: close", *kept, *lines[end:]])


def _refuse(client: socket.socket, how: How) -> None:
    if how == "error":
        head = "HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\n"
        length = f"Content-Length: {len(_ERROR)}\r\nConnection: close\r\n\r\n"
        client.sendall((head + length).encode() + _ERROR)
    elif how == "babble":
        client.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")


def _pass_on(source: socket.socket, target: socket.socket, most: int | None = None) -> None:
    passed = 0
    with suppress(OSError):
        while (most is None or passed < most) and (block := source.recv(1 << 16)):
            block = block if most is None else block[: most - passed]
            target.sendall(block)
            passed += len(block)
        if most is None:
            target.shutdown(socket.SHUT_WR)
