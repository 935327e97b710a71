from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from docker.errors import APIError
from requests.exceptions import ReadTimeout

from pipeline.engine.connection import connect
from pipeline.engine.errors import RegistryUnreachable, explain, translated
from pipeline.errors import EngineError
from stages.contract import Exit

#: What engines say, word for word, and what a user is told.
SAID = [
    ("write /var/lib/docker/tmp/layer: no space left on device",
     "file system is full (/var/lib/docker/tmp/layer)", "docker image prune"),
    ("ConnectionError: ('Connection aborted.', PermissionError(13, 'Permission denied'))",
     "no permission to use the Docker engine", "usermod -aG docker"),
    ("ConnectionError: ('Connection aborted.', FileNotFoundError(2, 'No such file'))", "is not running",
     "start it"),
    ("manifest for python@sha256:00 not found: manifest unknown: manifest unknown",
     "does not have this image or digest", "check the name and the digest"),
    ('Get "https://r/v2/": dial tcp: lookup r on 1.2.3.4:53: no such host', "the registry cannot be reached",
     "check the network and the proxy"),
    ('Get "https://r/v2/": net/http: TLS handshake timeout', "the registry cannot be reached",
     "check the network and the proxy"),
    ('Get "https://r/v2/": x509: certificate signed by unknown authority', "a certificate is not trusted",
     "PADDOCK_CA_BUNDLE"),
    ("pull access denied for x, repository does not exist or may require 'docker login'",
     "the registry refuses this image", "docker login"),
    ("No such image: paddock-data:3.1.1", "the image is not there", "paddock images build"),
    ("toomanyrequests: You have reached your pull rate limit.", "limits how often", "wait"),
    ("ssh ended: zsh:1: command not found: docker", "has no docker command that can be reached through ssh",
     "install the docker CLI there"),
    ("ssh ended: Cannot connect to the Docker daemon at unix:///var/run/docker.sock.",
     "nothing listens where the Docker engine should", "start the engine"),
    ("('Connection aborted.', RemoteDisconnected('closed'))", "ended the connection", "docker info"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "message", "remedy"), SAID)
def test_what_an_engine_says_gets_a_name_and_a_remedy(raw: str, message: str, remedy: str) -> None:
    error = explain(raw, "pulling it", "here")
    assert error.code == Exit.ENGINE
    assert error.message.startswith("pulling it: ")
    assert message in error.message
    assert remedy in error.remedy
    assert error.where == "here"


@pytest.mark.parametrize("raw", [SAID[4][0], SAID[5][0], SAID[6][0], SAID[9][0]])
def test_an_unreachable_registry_is_an_error_of_its_own(raw: str) -> None:
    assert isinstance(explain(raw, "pulling"), RegistryUnreachable)


def test_a_missing_digest_is_not_an_unreachable_registry() -> None:
    assert not isinstance(explain(SAID[3][0], "pulling"), RegistryUnreachable)


def test_unknown_words_are_quoted_on_one_harmless_line() -> None:
    error = explain("odd\x1b[31m thing\nhappened" + "x" * 1000, "building")
    assert error.message.startswith("building: odd [31m thing happened")
    assert error.message.isprintable()
    assert len(error.message) < 400


@pytest.mark.parametrize("answer", [b"{}", b"[]"])
def test_what_answers_may_be_no_engine(answer: bytes) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever).start()
        try:
            with pytest.raises(EngineError, match="what answers there is no Docker engine"):
                connect({"DOCKER_HOST": f"tcp://127.0.0.1:{server.server_port}"})
        finally:
            server.shutdown()


def test_the_sdk_s_own_errors_are_translated() -> None:
    with pytest.raises(EngineError, match="the image is not there") as caught, translated("x"):
        raise APIError("404", explanation="No such image: a:1")
    assert isinstance(caught.value.__cause__, APIError)


def test_a_silent_engine_is_named() -> None:
    with pytest.raises(EngineError, match="did not answer in time"), translated("building"):
        raise ReadTimeout("UnixHTTPConnectionPool: Read timed out. (read timeout=15)")
