"""A real web server on this machine, and the ways in which one can fail."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Site:
    """What is served: path -> content. ``fault`` is how: "" well, or "truncated", "silent", "trickling"."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    fault: str = ""
    asked: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


@contextlib.contextmanager
def serving() -> Iterator[Site]:
    """Serve a site on a free port."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _answer(self, site)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        site.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield site
        finally:
            site.over.set()
            server.shutdown()


def _answer(handler: BaseHTTPRequestHandler, site: Site) -> None:
    path = handler.path.partition("?")[0]
    site.asked.append(path)
    data = site.files.get(path)
    if data is None:
        handler.send_error(404)
        return
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    with contextlib.suppress(ConnectionError):
        _send(handler, data, site)


def _send(handler: BaseHTTPRequestHandler, data: bytes, site: Site) -> None:
    if not site.fault:
        handler.wfile.write(data)
        return
    handler.wfile.write(data[: len(data) // 2])
    if site.fault == "silent":
        site.over.wait(30)
    elif site.fault == "trickling":
        while not site.over.wait(0.2):
            handler.wfile.write(b"x")
