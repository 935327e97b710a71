from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.engine.connection import connect
from pipeline.engine.endpoint import DEFAULT_URL, Endpoint, resolve
from pipeline.errors import EngineError
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


def test_the_default_socket_is_the_last_resort(tmp_path: Path) -> None:
    assert resolve({"HOME": str(tmp_path)}) == Endpoint(DEFAULT_URL, "default socket")


def test_docker_host_counts_most(config: Path) -> None:
    environ = {
        "DOCKER_HOST": "tcp://h:1",
        "DOCKER_CONTEXT": "here",
        "DOCKER_CONFIG": str(config),
    }
    assert resolve(environ) == Endpoint("tcp://h:1", "DOCKER_HOST")


def test_docker_context_counts_more_than_the_current_one(config: Path) -> None:
    endpoint = resolve({"DOCKER_CONTEXT": "here", "DOCKER_CONFIG": str(config)})
    assert endpoint.url == "unix:///run/here.sock"
    assert endpoint.source == "context 'here', from DOCKER_CONTEXT"


def test_the_current_context_is_obeyed(config: Path) -> None:
    assert resolve({"DOCKER_CONFIG": str(config)}).url == "tcp://there:2375"


def test_the_configuration_is_looked_for_at_home(config: Path) -> None:
    config.rename(config.parent / ".docker")
    assert resolve({"HOME": str(config.parent)}).url == "tcp://there:2375"


def test_the_default_context_is_the_default_socket(config: Path) -> None:
    environ = {"DOCKER_CONTEXT": "default", "DOCKER_CONFIG": str(config)}
    assert resolve(environ).url == DEFAULT_URL


def test_tls_is_taken_from_the_environment(config: Path) -> None:
    environ = {
        "DOCKER_HOST": "tcp://h:2376",
        "DOCKER_TLS_VERIFY": "1",
        "DOCKER_CERT_PATH": "/certificates",
        "DOCKER_CONFIG": str(config),
    }
    assert resolve(environ) == Endpoint("tcp://h:2376", "DOCKER_HOST", Path("/certificates"), True)


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
