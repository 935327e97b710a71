import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.engine.connection import connect
from pipeline.engine.endpoint import DEFAULT_URL, Endpoint, resolve
from pipeline.errors import EngineError
from readiness import main
from stages.contract import Exit
from support.contexts import add_context


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "docker"
    folder.mkdir()
    add_context(folder, "there", "tcp://there:2375")
    add_context(folder, "here", "unix:///run/here.sock")
    (folder / "config.json").write_text(json.dumps({"currentContext": "there"}))
    return folder


def test_the_configuration_is_looked_for_at_home_and_the_default_socket_is_the_last_resort(
    config: Path, tmp_path: Path
) -> None:
    assert resolve({"HOME": str(tmp_path)}) == Endpoint(DEFAULT_URL, "default socket")
    config.rename(tmp_path / ".docker")
    assert resolve({"HOME": str(tmp_path)}).url == "tcp://there:2375"


HOST, TLS = "tcp://h:2376", {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "/certificates"}


@pytest.mark.parametrize(
    ("environ", "url", "source"),
    [
        ({"DOCKER_HOST": HOST, "DOCKER_CONTEXT": "here"}, HOST, "DOCKER_HOST"),
        ({"DOCKER_HOST": HOST, **TLS}, HOST, "DOCKER_HOST"),
        ({"DOCKER_CONTEXT": "here"}, "unix:///run/here.sock", "context 'here', from DOCKER_CONTEXT"),
        ({"DOCKER_CONTEXT": "default"}, DEFAULT_URL, "context 'default', from DOCKER_CONTEXT"),
        ({}, "tcp://there:2375", "context 'there', from docker context use"),
    ],
)  # fmt: skip
def test_the_host_counts_most_then_the_context_then_the_current_one(
    config: Path, environ: dict[str, str], url: str, source: str
) -> None:
    verified = (Path("/certificates"), True) if "DOCKER_TLS_VERIFY" in environ else ()
    assert resolve({**environ, "DOCKER_CONFIG": str(config)}) == Endpoint(url, source, *verified)


def test_an_unknown_context_is_named(config: Path) -> None:
    with pytest.raises(EngineError, match="no docker context 'gone'") as caught:
        resolve({"DOCKER_CONTEXT": "gone", "DOCKER_CONFIG": str(config)})
    assert caught.value.code == Exit.ENGINE
    assert "docker context ls" in caught.value.remedy


@pytest.mark.parametrize("text", ["{", "[" * 100_000])
def test_a_broken_configuration_is_named(config: Path, text: str) -> None:
    (config / "config.json").write_text(text)
    with pytest.raises(EngineError, match="cannot read docker's configuration") as caught:
        resolve({"DOCKER_CONFIG": str(config)})
    assert caught.value.where == str(config / "config.json")


def test_no_socket_says_start_the_engine(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="is not running: its socket does not exist") as caught:
        connect({"DOCKER_HOST": f"unix://{tmp_path}/no.sock"})
    assert "start it" in caught.value.remedy
    assert str(tmp_path) in caught.value.where


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port of this machine at which nothing listens while it is reserved."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        yield reserved.getsockname()[1]


def test_nothing_listening_is_told_from_no_socket(closed_port: int) -> None:
    with pytest.raises(EngineError, match="nothing listens") as caught:
        connect({"DOCKER_HOST": f"tcp://127.0.0.1:{closed_port}"})
    assert caught.value.code == Exit.ENGINE


def test_a_file_that_is_no_engine_is_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "file.sock").write_text("")
    with pytest.raises(EngineError):
        connect({"DOCKER_HOST": f"unix://{tmp_path}/file.sock"})


def test_scripts_engine_asks_first_and_says_what_to_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")
    assert main() == Exit.ENGINE
    said = capsys.readouterr()
    assert said.out == ""
    assert "is not running" in said.err
    assert "note: start it" in said.err
