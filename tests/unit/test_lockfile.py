"""paddock.lock: written when it changes, and what ``--locked`` holds a run to."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import IntegrityFailed, UsageError
from pipeline.plan.lockfile import (
    LOCK_FILE,
    check_lock_itself,
    check_locked,
    check_locked_artifacts,
    lock_entry,
    lock_text,
    read_lock,
    would_change,
)
from pipeline.record.ledger import Components
from stages.contract import Exit, Result
from support.results import make_artifact, make_result

TRAIN = Components("train", "a" * 64, {"epochs": 3, "image_shape": [3, 48, 320]}, {"train": "t"})


def write_lock(folder: Path, entries: dict[str, Any]) -> None:
    (folder / LOCK_FILE).write_text(lock_text(entries), encoding="utf-8")


def stages() -> dict[str, Any]:
    return {"train": lock_entry(TRAIN, make_result("train"))}


def test_lock_names_what_was_made_and_is_read_back(tmp_path: Path) -> None:
    artifacts = stages()["train"]["artifacts"]
    assert set(artifacts) == {"checkpoint.pdparams", "config.yml", "curve.json"}
    assert all(len(digest) == 64 for digest in artifacts.values())
    write_lock(tmp_path, stages())
    assert read_lock(tmp_path / LOCK_FILE) == stages()
    check_locked(read_lock(tmp_path / LOCK_FILE), TRAIN)


def test_it_changes_with_every_byte(tmp_path: Path) -> None:
    text = lock_text(stages())
    assert would_change(tmp_path / LOCK_FILE, text), "it is not there"
    write_lock(tmp_path, stages())
    assert not would_change(tmp_path / LOCK_FILE, text)
    check_lock_itself(tmp_path / LOCK_FILE, text)
    (tmp_path / LOCK_FILE).write_text(text.replace(" ", "\t", 1))
    assert would_change(tmp_path / LOCK_FILE, text)
    with pytest.raises(IntegrityFailed, match="not as Paddock writes it"):
        check_lock_itself(tmp_path / LOCK_FILE, text)


def test_result_that_is_not_the_locked_one_is_refused(tmp_path: Path) -> None:
    locked = stages()
    check_locked_artifacts(locked, "train", make_result("train"))
    with pytest.raises(IntegrityFailed) as caught:
        check_locked_artifacts(locked, "train", make_result("train", flavour="other"))
    message = caught.value.message
    assert "checkpoint.pdparams, config.yml" in message and caught.value.pitfall
    assert locked["train"]["artifacts"]["checkpoint.pdparams"] in message
    assert make_result("train", flavour="other").artifact("checkpoint.pdparams").sha256 in message


def test_a_file_more_or_less_than_locked_is_refused() -> None:
    made = make_result("train")
    for artifacts in (made.artifacts[:1], (*made.artifacts, make_artifact("new"))):
        with pytest.raises(IntegrityFailed, match="no such file"):
            check_locked_artifacts(stages(), "train", replace(made, artifacts=artifacts))


def test_measured_times_are_no_drift() -> None:
    entry = lock_entry(replace(TRAIN, stage="verify"), make_result("verify"))
    assert "parity.json" not in entry["artifacts"] and "golden.json" in entry["artifacts"]
    check_locked_artifacts({"verify": entry}, "verify", _remeasured(make_result("verify")))


def _remeasured(made: Result) -> Result:
    artifacts = [item for item in made.artifacts if item.path != "parity.json"]
    return replace(made, artifacts=(*artifacts, make_artifact("parity.json", b"other times")))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"image": "b" * 64}, f"image changed ({12 * 'a'} → {12 * 'b'})"),
        ({"parameters": {**TRAIN.parameters, "epochs": 5}}, "parameter epochs changed (3 → 5)"),
        ({"inputs": {"train": "u"}}, "input train changed (t → u)"),
        ({"inputs": {"train": "t", "val": "v"}}, "input val added"),
    ],
)
def test_difference_is_refused_by_name(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    write_lock(tmp_path, stages())
    with pytest.raises(IntegrityFailed) as caught:
        check_locked(read_lock(tmp_path / LOCK_FILE), replace(TRAIN, **changes))
    assert caught.value.message == f"train is not what the lock says: {said}"
    assert caught.value.code == Exit.INTEGRITY and "--locked" in caught.value.remedy


def test_stage_that_is_not_in_the_lock_or_without_its_parts_is_refused() -> None:
    with pytest.raises(IntegrityFailed, match="train is not in the lock"):
        check_locked({}, TRAIN)
    with pytest.raises(IntegrityFailed, match="parameter epochs changed"):
        check_locked({"train": {}}, TRAIN)


def test_missing_lock_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no lock") as caught:
        read_lock(tmp_path / LOCK_FILE)
    assert "without --locked" in caught.value.remedy


@pytest.mark.parametrize(
    ("version", "message", "remedy"),
    [(1, "earlier Paddock", "which renews it"), (3, "later Paddock", "update Paddock")],
)
def test_a_lock_of_another_form_says_in_one_line_how_to_renew_it(
    tmp_path: Path, version: int, message: str, remedy: str
) -> None:
    write_lock(tmp_path, stages())
    text = (tmp_path / LOCK_FILE).read_text().replace('_version": 2', f'_version": {version}')
    (tmp_path / LOCK_FILE).write_text(text)
    with pytest.raises(UsageError, match=message) as caught:
        read_lock(tmp_path / LOCK_FILE)
    assert remedy in caught.value.remedy and "\n" not in caught.value.message
    assert caught.value.code == Exit.USAGE


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "{}", "[" * 100_000,
        '{"stages": {}}',
        '{"schema_version": 2, "stages": {}}',
        '{"schema_version": 2, "stages": 3}',
        '{"schema_version": 2, "stages": {"train": 1}}',
        '{"schema_version": 2, "stages": {"train": {"artifacts": []}}}',
        '{"schema_version": 2, "stages": {"else": {}}}',
        '{"schema_version": Infinity, "stages": {}}',
    ],
)  # fmt: skip
def test_what_is_no_lock_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "paddock.lock").write_text(text)
    with pytest.raises(UsageError, match="not a lock file"):
        read_lock(tmp_path / LOCK_FILE)
