"""An engine that only creates containers, over HTTP as the real one; what it is asked to create is kept."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from docker import DockerClient

_VERSION = {"Version": "28.0", "ApiVersion": "1.41", "MinAPIVersion": "1.24"}
_CONTAINER = {"Id": "c1", "Name": "/c1", "Config": {"Tty": False}, "State": {}}


@dataclass
class Scripted:
    """``refusal`` is what it says instead of starting a container; ``created`` what it was asked for."""

    refusal: str
    created: list[dict[str, Any]] = field(default_factory=list)
    removed: int = 0


@contextmanager
def scripted_engine(refusal: str) -> Iterator[tuple[Scripted, DockerClient]]:
    """Give what it keeps, and a client of it."""
    script = Scripted(refusal)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(200, _VERSION if self.path.endswith("/version") else _CONTAINER)

        def do_DELETE(self) -> None:
            script.removed += 1
            self._say(204, None)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if "/create" in self.path:
                script.created.append(json.loads(body))
                self._say(201, {"Id": "c1", "Warnings": []})
            elif "/attach" in self.path:
                self._say(200, None)
            else:
                self._say(500, {"message": script.refusal})

        def _say(self, status: int, answer: dict[str, Any] | None) -> None:
            data = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        client = DockerClient(base_url=f"tcp://127.0.0.1:{server.server_port}", version="1.41")
        try:
            yield script, client
        finally:
            client.close()
            server.shutdown()
