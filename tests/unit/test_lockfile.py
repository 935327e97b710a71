"""paddock.lock: written when it changes, and what ``--locked`` holds a run to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import IntegrityFailed, UsageError
from pipeline.ledger import Components
from pipeline.lockfile import check_locked, lock_entry, read_lock, write_lock
from stages.contract import Exit
from support.results import make_result

TRAIN = Components("train", "sha256:a", {"epochs": 3, "image_shape": [3, 48, 320]}, {"train": "t"})


def stages() -> dict[str, Any]:
    return {"train": lock_entry(TRAIN, make_result("train"))}


def test_lock_is_read_back(tmp_path: Path) -> None:
    assert write_lock(tmp_path, stages())
    assert read_lock(tmp_path) == stages()
    check_locked(read_lock(tmp_path), TRAIN)


def test_lock_names_what_was_made(tmp_path: Path) -> None:
    artifacts = stages()["train"]["artifacts"]
    assert set(artifacts) == {"checkpoint.pdparams", "config.yml"}
    assert all(len(digest) == 64 for digest in artifacts.values())


def test_equal_lock_is_not_written_again(tmp_path: Path) -> None:
    write_lock(tmp_path, stages())
    before = (tmp_path / "paddock.lock").stat()
    assert not write_lock(tmp_path, stages())
    after = (tmp_path / "paddock.lock").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_changed_lock_is_written(tmp_path: Path) -> None:
    write_lock(tmp_path, stages())
    changed = {"train": lock_entry(replace(TRAIN, image="sha256:b"), make_result("train"))}
    assert write_lock(tmp_path, changed)
    assert read_lock(tmp_path) == changed


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"image": "sha256:b"}, "image changed (a → b)"),
        ({"parameters": {**TRAIN.parameters, "epochs": 5}}, "parameter epochs changed (3 → 5)"),
        ({"inputs": {"train": "u"}}, "input train changed (t → u)"),
        ({"inputs": {"train": "t", "val": "v"}}, "input val added"),
    ],
)
def test_difference_is_refused_by_name(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    write_lock(tmp_path, stages())
    with pytest.raises(IntegrityFailed) as caught:
        check_locked(read_lock(tmp_path), replace(TRAIN, **changes))
    assert caught.value.message == f"train is not what the lock says: {said}"
    assert caught.value.code == Exit.INTEGRITY and "--locked" in caught.value.remedy


def test_stage_that_is_not_in_the_lock_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IntegrityFailed, match="train is not in the lock"):
        check_locked({}, TRAIN)


def test_entry_without_its_parts_differs() -> None:
    with pytest.raises(IntegrityFailed, match="parameter epochs changed"):
        check_locked({"train": {}}, TRAIN)


def test_missing_lock_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no lock") as caught:
        read_lock(tmp_path)
    assert "without --locked" in caught.value.remedy


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"stages": 3}', '{"stages": {"train": 1}}'])
def test_what_is_no_lock_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "paddock.lock").write_text(text)
    with pytest.raises(UsageError, match="not a lock file"):
        read_lock(tmp_path)
