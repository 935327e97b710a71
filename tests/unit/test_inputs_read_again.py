"""The audit reads the project's own files, whatever their inodes and times say."""

import os
import sqlite3
import time
from pathlib import Path

import pytest

from pipeline.integrity.inputs import read_again
from pipeline.plan.hashes import HashCache
from pipeline.project import load_project
from support.projects import write_project


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project whose images have been hashed."""
    folder = write_project(tmp_path / "p")
    (folder / "one.png").write_bytes(b"one")
    (folder / "two.png").write_bytes(b"two")
    time.sleep(0.2)  # files that changed just now are not remembered
    with HashCache(folder / ".paddock" / "hashes.sqlite") as cache:
        cache.sha256(folder / "one.png")
        cache.sha256(folder / "two.png")
    return folder


def test_what_nobody_touched_is_as_it_was(folder: Path) -> None:
    found = read_again(load_project(folder))
    assert (found.files, found.size, found.faults) == (2, 6, ())


def test_a_byte_that_the_disk_lost_is_found(folder: Path) -> None:
    """Whoever writes below the file system changes neither inode nor times."""
    path = folder / "one.png"
    path.write_bytes(b"onE")
    now = path.stat()
    with sqlite3.connect(folder / ".paddock" / "hashes.sqlite") as database:
        stamp = (now.st_ino, now.st_mtime_ns, now.st_ctime_ns, str(path))
        database.execute("update hashes set inode=?, mtime_ns=?, ctime_ns=? where path=?", stamp)
    (fault,) = read_again(load_project(folder)).faults
    assert (fault.problem, fault.expected.place, fault.expected.path) == (
        "changed", "project", "one.png",
    )  # fmt: skip
    assert f"touch {path}" in fault.expected.remedy
    os.utime(path)
    assert read_again(load_project(folder)).faults == (), "the next run reads it anyway"


def test_a_file_that_was_changed_or_removed_is_the_next_runs_to_read(folder: Path) -> None:
    (folder / "one.png").write_bytes(b"new")
    (folder / "two.png").unlink()
    found = read_again(load_project(folder))
    assert (found.files, found.faults) == (0, ())
