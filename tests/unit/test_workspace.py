"""A project keeps its volumes for as long as it stays where it is, on the machine where it is."""

import socket
from pathlib import Path

import pytest

from pipeline.plan import workspace
from pipeline.plan.workspace import workspace_of
from pipeline.project import load_project
from support.projects import write_project


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file with the machine's ID; it can be rewritten."""
    path = tmp_path / "machine-id"
    path.write_text("0123456789abcdef\n")
    monkeypatch.setattr(workspace, "MACHINE_ID", path)
    return path


def identity(folder: Path) -> str:
    return workspace_of(load_project(folder), {}).identity


def test_another_host_name_changes_nothing(
    machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_project(tmp_path / "project")
    before = identity(folder)
    monkeypatch.setattr(socket, "gethostname", lambda: "elsewhere")
    assert identity(folder) == before


def test_machines_that_share_an_engine_stay_apart(machine: Path, tmp_path: Path) -> None:
    folder = write_project(tmp_path / "project")
    before = identity(folder)
    machine.write_text("fedcba9876543210\n")
    assert identity(folder) != before


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", None], ids=["empty", "bytes", "missing"])
def test_without_an_id_the_host_name_is_it(
    machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    folder = write_project(tmp_path / "project")
    machine.unlink() if content is None else machine.write_bytes(content)
    before = identity(folder)
    monkeypatch.setattr(socket, "gethostname", lambda: "elsewhere")
    assert identity(folder) != before


def test_two_clones_stay_apart(machine: Path, tmp_path: Path) -> None:
    assert identity(write_project(tmp_path / "one")) != identity(write_project(tmp_path / "two"))
