"""The ledger survives whatever ends a run, and finds what it recorded."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.ledger import Components, Entry, Ledger
from support.results import make_result


def entry(run: str = "run-1", epochs: int = 3, workspace: str = "volume@1") -> Entry:
    components = Components("train", "sha256:a", {"epochs": epochs}, {"train": "t"})
    return Entry("now", run, workspace, components, make_result("train", components.key))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".paddock" / "ledger.jsonl"


def test_what_was_appended_is_found_by_a_later_process(path: Path) -> None:
    Ledger(path).append(entry())
    assert Ledger(path).find(entry().components.key, "volume@1") == entry()
    assert Ledger(path).last("train") == entry()
    assert Ledger(path).last("export") is None


def test_latest_of_a_key_counts(path: Path) -> None:
    ledger = Ledger(path)
    for run in ("run-1", "run-2"):
        ledger.append(entry(run))
    found = Ledger(path).find(entry().components.key, "volume@1")
    assert found is not None and found.run == "run-2"


def test_result_in_another_workspace_does_not_count(path: Path) -> None:
    Ledger(path).append(entry())
    assert Ledger(path).find(entry().components.key, "volume@2") is None


@pytest.mark.parametrize(
    "torn", [b'{"time": "now", "ru', b"null", b"[]", b'"x"', b"\xff\xfe{}", b"7"]
)
def test_torn_last_line_loses_that_entry_only(path: Path, torn: bytes) -> None:
    Ledger(path).append(entry())
    with path.open("ab") as stream:
        stream.write(torn)
    ledger = Ledger(path)
    assert ledger.last("train") == entry()
    ledger.append(entry("run-2", epochs=4))
    after = Ledger(path)
    assert after.find(entry(epochs=4).components.key, "volume@1") is not None
    assert after.find(entry().components.key, "volume@1") is not None


def test_nothing_is_ever_rewritten(path: Path) -> None:
    Ledger(path).append(entry())
    before = path.read_bytes()
    Ledger(path).append(entry("run-2"))
    assert path.read_bytes().startswith(before)
    assert len(path.read_bytes().splitlines()) == 2
