"""A registry of a few lines on this machine, honest until it is told otherwise."""

import contextlib
import hashlib
import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

#: What answers a request instead: status, headers, body.
Answer = tuple[int, dict[str, str], bytes]
DIGEST = "Docker-Content-Digest"


@dataclass
class TinyRegistry:
    """What it keeps, what it was asked, and what it answers otherwise than it should.

    ``instead`` is asked first, with method, path and headers; None lets it be honest.
    """

    port: int = 0
    repository: str = "me/plates"
    blobs: dict[str, bytes] = field(default_factory=dict)
    manifests: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    connections: int = 0
    instead: Callable[[str, str, Mapping[str, str]], Answer | None] = lambda *_: None

    @property
    def name(self) -> str:
        return f"127.0.0.1:{self.port}"

    def requests(self, method: str, part: str = "") -> list[str]:
        """Return the paths that were asked for so, of which a part is in."""
        return [path for asked, path, _ in self.asked if asked == method and part in path]

    def keep(self, tag: str, manifest: Mapping[str, Any]) -> str:
        """Keep a manifest as nobody pushed it; return its digest."""
        data = json.dumps(manifest).encode()
        self.manifests[tag] = self.manifests[digest(data)] = data
        return digest(data)

    def add(self, data: bytes) -> str:
        self.blobs[digest(data)] = data
        return digest(data)

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        """Answer as the specification has it."""
        plain, _, query = path.partition("?")
        kind, _, asked = plain.removeprefix(f"/v2/{self.repository}/").partition("/")
        if plain == "/v2/":
            return 200, {}, b"{}"
        if method == "POST":
            return 202, {"Location": f"/v2/{self.repository}/blobs/uploads/1?state=x"}, b""
        if method == "PUT" and kind == "blobs":
            wanted = query.rpartition("digest=")[2].replace("%3A", ":")
            if digest(body) != wanted:
                return (
                    400,
                    {},
                    b'{"errors": [{"code": "DIGEST_INVALID", "message": "no\\u001b[2J"}]}',
                )
            self.blobs[wanted] = body
            return 201, {}, b""
        if method == "PUT":
            self.manifests[asked] = self.manifests[digest(body)] = body
            return 201, {DIGEST: digest(body)}, b""
        if method == "DELETE":
            gone = self.manifests.get(asked)
            self.manifests = {name: it for name, it in self.manifests.items() if it != gone}
            return (202 if gone else 404), {}, b""
        kept = (self.blobs if kind == "blobs" else self.manifests).get(asked)
        if kept is None:
            return 404, {}, b'{"errors": [{"code": "MANIFEST_UNKNOWN", "message": "unknown"}]}'
        return 200, {DIGEST: asked if ":" in asked else digest(kept)}, kept


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


@contextlib.contextmanager
def tiny_registry(certificate: Path | None = None) -> Iterator[TinyRegistry]:
    """Run one on a free port; with TLS if it has a certificate, with its key in the same file."""
    registry = TinyRegistry()
    with (
        contextlib.nullcontext() if certificate else _no_authorities(),
        _Server(("127.0.0.1", 0), _handler_of(registry)) as server,
    ):
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        registry.port = server.server_port
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield registry
        finally:
            server.shutdown()


@contextlib.contextmanager
def _no_authorities() -> Iterator[None]:
    """Let nobody read the system's authorities, which takes long, to find that there is no TLS here."""
    with TemporaryDirectory() as empty, pytest.MonkeyPatch.context() as patch:
        none = ssl.get_default_verify_paths()._replace(cafile="", capath=empty)
        patch.setattr(ssl, "get_default_verify_paths", lambda: none)
        yield


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, _request: object, _address: object) -> None:
        """Say nothing of a client that tried TLS first."""


def _handler_of(registry: TinyRegistry) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self) -> None:
            registry.connections += 1
            super().setup()

        def do_GET(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(size)
            said = self.headers.get("Authorization", "")
            registry.asked.append((self.command, self.path, said))
            found = registry.instead(self.command, self.path, dict(self.headers))
            status, headers, data = found or registry.answer(self.command, self.path, body)
            self.send_response(status)
            for key, value in {"Content-Length": str(len(data)), **headers}.items():
                self.send_header(key, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)
            if int(headers.get("Content-Length", 0)) > len(data):
                self.close_connection = True

        do_HEAD = do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - http.server calls them so

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    return Handler
