from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from stages.kept import Cache, Damaged, trim

ROW = np.arange(6, dtype=np.float32).reshape(2, 3)
#: What an entry of ROW takes: the seal and the numbers.
SIZE = 32 + 24
#: When the run under test began, in seconds since the epoch.
STARTED = 2_000_000.0


def put(folder: Path, name: str, used: float) -> Path:
    Cache(folder).put(name, ROW)
    path = folder / name[:2] / name
    os.utime(path, (used, used))
    return path


def test_what_was_put_is_got_and_what_was_not_is_not(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    assert cache.get("ab12", ROW.shape) is None
    cache.put("ab12", ROW)
    found = cache.get("ab12", ROW.shape)
    assert found is not None
    assert np.array_equal(found, ROW)


def test_an_entry_of_another_shape_is_not_taken(tmp_path: Path) -> None:
    Cache(tmp_path).put("ab12", ROW)
    with pytest.raises(Damaged):
        Cache(tmp_path).get("ab12", (3, 3))


def test_two_writers_of_one_entry_leave_a_whole_one(tmp_path: Path) -> None:
    Cache(tmp_path).put("ab12", ROW)
    Cache(tmp_path).put("ab12", ROW)
    assert Cache(tmp_path).get("ab12", ROW.shape) is not None
    assert [path.name for path in (tmp_path / "ab").iterdir()] == ["ab12"]


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    older, newer = put(tmp_path / "a", "ab12", 1000), put(tmp_path / "b", "cd34", 2000)
    trim(tmp_path, SIZE, STARTED)
    assert not older.exists()
    assert newer.exists()


def test_reading_an_entry_keeps_it_from_going_first(tmp_path: Path) -> None:
    older, newer = put(tmp_path / "a", "ab12", 1000), put(tmp_path / "a", "cd34", 2000)
    Cache(tmp_path / "a").get("ab12", ROW.shape)
    trim(tmp_path, SIZE, STARTED)
    assert older.exists()
    assert not newer.exists()


def test_what_this_run_used_stays_whatever_it_takes(tmp_path: Path) -> None:
    used = put(tmp_path / "a", "ab12", STARTED + 1)
    trim(tmp_path, 0, STARTED)
    assert used.exists()


def test_what_a_killed_writer_left_goes(tmp_path: Path) -> None:
    left, fresh = tmp_path / "a" / "ab" / "1.writing", tmp_path / "a" / "ab" / "2.writing"
    left.parent.mkdir(parents=True)
    left.touch()
    os.utime(left, (STARTED - 7200, STARTED - 7200))
    fresh.touch()
    trim(tmp_path, SIZE, STARTED)
    assert not left.exists()
    assert fresh.exists()
