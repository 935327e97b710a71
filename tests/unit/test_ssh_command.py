"""What is started for an engine behind ssh; that it works: tests/docker/test_second_engine.py."""

import shutil

import pytest

from pipeline.engine.ssh import ssh_command
from pipeline.errors import EngineError


@pytest.fixture(autouse=True)
def has_ssh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ssh://GPU-Box", "-- GPU-Box docker system dial-stdio"),
        ("ssh://me@Box:2222", "-l me -p 2222 -- Box docker system dial-stdio"),
        ("ssh://[::1]:22", "-p 22 -- ::1 docker system dial-stdio"),
        ("ssh://22:22", "-p 22 -- 22 docker system dial-stdio"),
        ("ssh://-oProxyCommand=x", "-- -oProxyCommand=x docker system dial-stdio"),
        ("ssh://h/a b;c", "-- h docker --host 'unix:///a b;c' system dial-stdio"),
    ],
)
def test_command(url: str, words: str) -> None:
    assert " ".join(ssh_command(url)).endswith(f"ServerAliveCountMax=4 {words}")


@pytest.mark.parametrize("url", ["ssh://", "ssh://user@", "ssh://h:x", "ssh://h:99999"])
def test_no_address(url: str) -> None:
    with pytest.raises(EngineError, match="no address such as"):
        ssh_command(url)
