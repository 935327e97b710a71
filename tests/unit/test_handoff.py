"""One archive for a phone's developer, of the last run or of an earlier one."""

import subprocess
import zipfile
from pathlib import Path

import pytest

from pipeline.errors import EngineError, UsageError
from pipeline.project import Project
from pipeline.run.handoff import hand_off
from support import recorded_kit
from support.cli import NO_ENGINE
from support.phones import RUN, delivered


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return delivered(tmp_path / "project")


def packed(project: Project, run: str = "", target: Path | None = None) -> Path:
    return hand_off(project, NO_ENGINE, lambda _said: None, run, target)


def test_the_archive_has_what_out_has_for_phones_and_its_sums_hold(
    project: Project, tmp_path: Path
) -> None:
    path = packed(project)
    assert path.name == f"kit-{RUN}.zip"
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "there")
    root = tmp_path / "there" / "paddock-kit"
    done = subprocess.run(["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=root, check=False)
    assert done.returncode == 0
    assert (root / "model_arm.nb").read_bytes() == recorded_kit.MODEL
    assert not (root / "model_x86.nb").exists() and not (root / "golden.zip").exists()
    for name, data in recorded_kit.delivered_files().items():
        assert (root / name).read_bytes() == data


def test_the_same_run_gives_the_same_bytes_and_another_file_is_never_replaced(
    project: Project, tmp_path: Path
) -> None:
    path, other = packed(project), tmp_path / "other.zip"
    assert packed(project, RUN, other).read_bytes() == path.read_bytes()
    assert packed(project) == path
    other.write_bytes(b"mine")
    with pytest.raises(UsageError, match="is there already"):
        packed(project, RUN, other)
    assert other.read_bytes() == b"mine"


def test_what_a_later_run_replaced_is_asked_of_the_engine(project: Project) -> None:
    (project.out / "model_arm.nb").write_bytes(b"a later one")
    with pytest.raises(EngineError):
        packed(project)


@pytest.mark.parametrize("run", ["20200101-000000-0000", "../../etc"])
def test_a_run_that_is_not_there_is_named(project: Project, run: str) -> None:
    with pytest.raises(UsageError, match=run):
        packed(project, run)


def test_into_a_folder_it_gets_its_own_name(project: Project, tmp_path: Path) -> None:
    assert packed(project, target=tmp_path) == tmp_path / f"kit-{RUN}.zip"
    with pytest.raises(UsageError, match="cannot be written"):
        packed(project, target=tmp_path / f"kit-{RUN}.zip" / "kit.zip")
