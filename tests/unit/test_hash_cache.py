"""Hashes of files that did not change are remembered, and only those."""

import hashlib
import os
import sqlite3
from pathlib import Path

import pytest

from pipeline.plan import hashes
from pipeline.plan.hashes import HashCache


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def hashed(tmp_path: Path, file: Path) -> str:
    """Return what a cache of this folder says, which is opened for it alone."""
    with HashCache(tmp_path / "h.sqlite") as cache:
        return cache.sha256(file)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that counts as settled as soon as another change would have another time."""
    path, clock = tmp_path / "a.png", tmp_path / "clock"
    path.write_bytes(b"one")
    clock.touch()
    while clock.stat().st_ctime_ns == path.stat().st_ctime_ns:
        clock.touch()
    monkeypatch.setattr(hashes, "_SETTLED", 0)
    return path


def test_unchanged_file_is_not_read_again(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert hashed(tmp_path / "state", file) == sha256(b"one")

    def refuse(path: str, _size: int) -> None:
        raise AssertionError(f"{path} was read")

    monkeypatch.setattr(hashes, "_sha256_of", refuse)
    assert hashed(tmp_path / "state", file) == sha256(b"one")


def test_same_size_and_time_under_another_inode_is_read_again(tmp_path: Path, file: Path) -> None:
    with HashCache(tmp_path / "h.sqlite") as cache:
        cache.sha256(file)
        before = file.stat()
        other = tmp_path / "b.png"
        other.write_bytes(b"two")
        os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
        other.replace(file)
        assert cache.sha256(file) == sha256(b"two")


def test_changed_file_is_read_again_also_of_the_same_size_and_time(
    tmp_path: Path, file: Path
) -> None:
    assert hashed(tmp_path, file) == sha256(b"one")
    before = file.stat()
    file.write_bytes(b"two")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert hashed(tmp_path, file) == sha256(b"two")
    os.utime(file, ns=(1, 1))
    assert hashed(tmp_path, file) == sha256(b"two"), "a touched file keeps its hash"


def test_file_that_changed_just_now_is_not_remembered(tmp_path: Path) -> None:
    path = tmp_path / "now.png"
    path.write_bytes(b"one")
    hashed(tmp_path, path)
    with sqlite3.connect(tmp_path / "h.sqlite") as database:
        assert database.execute("select count(*) from hashes").fetchone() == (0,)


def test_deleting_the_cache_is_safe(tmp_path: Path, file: Path) -> None:
    hashed(tmp_path, file)
    (tmp_path / "h.sqlite").unlink()
    assert hashed(tmp_path, file) == sha256(b"one")


@pytest.mark.parametrize("garbage", [b"", b"not a database" * 99], ids=["empty", "other"])
def test_damaged_cache_is_made_again(tmp_path: Path, file: Path, garbage: bytes) -> None:
    (tmp_path / "h.sqlite").write_bytes(garbage)
    for _ in range(2):
        assert hashed(tmp_path, file) == sha256(b"one")


def test_what_was_hashed_before_an_error_is_kept(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FileNotFoundError), HashCache(tmp_path / "h.sqlite") as cache:
        cache.sha256(file)
        cache.sha256(tmp_path / "missing")
    monkeypatch.setattr(hashes, "_sha256_of", None)
    assert hashed(tmp_path, file) == sha256(b"one")


def test_what_is_asked_for_outside_the_folder_is_hashed_all_the_same(
    tmp_path: Path, file: Path
) -> None:
    hashed(tmp_path, file)
    with HashCache(tmp_path / "h.sqlite", tmp_path / "other") as cache:
        assert cache.sha256(file) == sha256(b"one")
    with sqlite3.connect(tmp_path / "h.sqlite") as database:
        assert database.execute("select count(*) from hashes").fetchone() == (1,)
