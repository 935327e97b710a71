"""An engine behind ssh, reached as by the docker CLI: a connection is ``ssh HOST docker system dial-stdio``.

The SDK's own way needs paramiko, which knows little of a user's ssh configuration, and cannot attach to a
container. Here one end of a pair of sockets is the SDK's, and the other is ssh's stdin and stdout.
"""

from __future__ import annotations

import shlex
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from typing import IO, Any
from urllib.parse import SplitResult, unquote, urlsplit

from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

from pipeline.errors import EngineError
from stages.message import msg

#: Nobody may be asked for anything: a screen has the terminal. A host that is gone is noticed in two minutes.
_OPTIONS = {
    "BatchMode": "yes",
    "ConnectTimeout": "15",
    "ServerAliveInterval": "30",
    "ServerAliveCountMax": "4",
}
#: How long ssh may take to say why it ended, in seconds, and how much of it is read.
_LAST_WORDS, _LONGEST = 10, 2000


def ssh_command(url: str) -> list[str]:
    """Return the command that connects to the engine at ``ssh://[USER@]HOST[:PORT][/PATH/OF/SOCKET]``.

    Raises:
        EngineError: there is no ssh here, or the address is none.
    """
    if shutil.which("ssh") is None:
        remedy = msg(
            "install an OpenSSH client; on Debian and Ubuntu: apt-get install openssh-client"
        )
        raise EngineError(msg("there is no ssh here, which this engine is reached by"), url, remedy)
    try:
        parts = urlsplit(url)
        host, port = _host(parts), parts.port
    except ValueError:
        host, port = "", None
    if not host:
        remedy = msg("correct DOCKER_HOST or the docker context")
        raise EngineError(msg("this is no address such as ssh://user@host"), url, remedy)
    options = [f"-o{name}={value}" for name, value in _OPTIONS.items()]
    user = ["-l", unquote(parts.username)] if parts.username else []
    # All after the host is a line for a shell there.
    there = ["--host", shlex.quote(f"unix://{parts.path}")] if parts.path.strip("/") else []
    door = ["-p", str(port)] if port else []
    return [
        "ssh",
        "-T",
        *options,
        *user,
        *door,
        "--",
        host,
        "docker",
        *there,
        "system",
        "dial-stdio",
    ]


def _host(parts: SplitResult) -> str:
    """Return the host as it is written: a ``Host`` of a user's configuration may have capitals."""
    found = parts.hostname or ""
    start = parts.netloc.lower().rfind(found)
    return parts.netloc[start : start + len(found)]


class SshAdapter(HTTPAdapter):
    """Carries a session's requests through ``command``, whatever address they name."""

    def __init__(self, command: list[str]) -> None:
        super().__init__()
        self._pool = _Pool(command)

    def get_connection_with_tls_context(
        self,
        request: PreparedRequest,
        verify: bool | str | None,
        proxies: Mapping[str, str] | None = None,
        cert: tuple[str, str] | str | None = None,
    ) -> HTTPConnectionPool:
        """Return the pool of connections, which is the same for all requests."""
        return self._pool

    def request_url(self, request: PreparedRequest, proxies: Mapping[str, str] | None) -> str:
        """Return the path of a request: there is no proxy on this way."""
        return request.path_url

    def close(self) -> None:
        """End all connections, and so their processes."""
        self._pool.close()
        super().close()


class _Pool(HTTPConnectionPool):
    def __init__(self, command: list[str]) -> None:
        super().__init__("localhost", maxsize=10)
        self._command = command

    def _new_conn(self) -> _Connection:
        self.num_connections += 1
        return _Connection(self._command)


class _Connection(HTTPConnection):
    def __init__(self, command: list[str]) -> None:
        super().__init__("localhost")
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._said: IO[bytes] | None = None

    def connect(self) -> None:
        """Start ssh. Its session is its own: ^C stops a run in order, which needs the connection."""
        here, there = socket.socketpair()
        with there:
            self._said = tempfile.TemporaryFile()  # noqa: SIM115 - read when the connection broke
            self._process = subprocess.Popen(
                self._command,
                stdin=there.fileno(),
                stdout=there.fileno(),
                stderr=self._said,
                start_new_session=True,
            )
        here.settimeout(self.timeout)
        self.sock = here

    def getresponse(self) -> Any:
        """Return the answer.

        Raises:
            ConnectionError: ssh ended before there was one; with its own words.
        """
        try:
            return super().getresponse()
        except ConnectionError as error:
            raise ConnectionError(f"ssh ended: {self._last_words()}") from error

    def _last_words(self) -> str:
        if self._process is None or self._said is None:
            return ""
        try:
            self._process.wait(_LAST_WORDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._said.seek(0)
        return self._said.read(_LONGEST).decode("utf-8", "replace").strip()
