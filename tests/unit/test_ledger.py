"""The ledger survives whatever ends a run, and finds what it recorded."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from pipeline.errors import IntegrityFailed
from pipeline.integrity.record import result_files
from pipeline.record.ledger import Components, Conclusion, Entry, Ledger
from stages.contract import Digests
from support.results import make_artifact, make_result


def entry(run: str = "run-1", epochs: int = 3, workspace: str = "volume@1") -> Entry:
    components = Components("train", "a", {"epochs": epochs}, {"train": "t"})
    return Entry("now", run, workspace, components, make_result("train", components.key))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".paddock" / "ledger.jsonl"


def test_what_was_appended_is_found_by_a_later_process(path: Path) -> None:
    Ledger(path).append(entry())
    assert Ledger(path).find(entry().components.key, "volume@1") == entry()
    assert Ledger(path).last("train") == entry()
    assert Ledger(path).last("export") is None


def test_latest_of_a_key_counts_and_none_of_another_workspace(path: Path) -> None:
    ledger = Ledger(path)
    for run in ("run-1", "run-2"):
        ledger.append(entry(run))
    found = Ledger(path).find(entry().components.key, "volume@1")
    assert found is not None and found.run == "run-2"
    assert Ledger(path).find(entry().components.key, "volume@2") is None


def test_an_entry_of_before_keeps_the_key_that_its_folder_has(path: Path) -> None:
    components = Components("train", "sha256:a", {"epochs": 3}, {"train": "t"})
    result = make_result("train", "0" * 64)
    Ledger(path).append(Entry("now", "run-1", "volume@1", components, result))
    old = Ledger(path).find("0" * 64, "volume@1")
    assert old is not None and old.components.names_image_by_id
    assert old.key == "0" * 64 != components.key
    folder = "/paddock/results/train/" + "0" * 64
    assert {str(Path(file.path).parent) for file in result_files(old)} == {folder}


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


def conclusion(run: str = "run-1", verdict: str = "pass") -> Conclusion:
    files = {"out/dict.txt": Digests(3, "m" * 32, "s" * 64)}
    return Conclusion("now", run, "volume@1", verdict, {"train": "k"}, files)


def test_conclusions_are_kept_beside_results(path: Path) -> None:
    ledger = Ledger(path)
    for item in (entry(), conclusion(), conclusion("run-2", "fail")):
        ledger.append(item)
    for found in (ledger, Ledger(path)):
        assert found.entries == (entry(),)
        assert found.conclusions == (conclusion(), conclusion("run-2", "fail"))
        assert found.last_good() == conclusion()


def test_result_file_is_kept(path: Path) -> None:
    made = replace(entry(), result_file=make_artifact("result.json"))
    Ledger(path).append(made)
    assert Ledger(path).entries == (made,)


def test_changed_line_is_refused_with_its_number(path: Path) -> None:
    ledger = Ledger(path)
    for run in ("run-1", "run-2"):
        ledger.append(entry(run))
    ledger.check()
    Ledger(path).check()
    path.write_bytes(path.read_bytes().replace(b"run-2", b"run-3"))
    with pytest.raises(IntegrityFailed, match="line 2 of the ledger") as caught:
        Ledger(path).check()
    assert caught.value.pitfall == "changed-artifact" and "mv " in caught.value.remedy


def test_ledger_from_before_there_were_links_is_taken(path: Path) -> None:
    path.parent.mkdir()
    path.write_text(json.dumps(asdict(entry())) + "\n")
    ledger = Ledger(path)
    ledger.append(entry("run-2"))
    Ledger(path).check()
    assert [item.run for item in Ledger(path).entries] == ["run-1", "run-2"]


def test_a_sweeps_member_is_not_what_the_project_delivers(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    of_project = Conclusion("now", "run-1", "volume@1", "pass", {}, {})
    ledger.append(of_project)
    ledger.append(replace(of_project, run="run-2", member="seed=1"))
    again = Ledger(tmp_path / "ledger.jsonl")
    assert again.last_good() == of_project
    assert [item.member for item in again.conclusions] == ["", "seed=1"]


def test_threads_that_append_at_once_leave_one_chain(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    items = [Conclusion("now", f"run-{number}", "volume@1", "pass", {}, {}) for number in range(40)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(ledger.append, items))
    again = Ledger(tmp_path / "ledger.jsonl")
    assert not again.broken and not again.torn
    assert {item.run for item in again.conclusions} == {item.run for item in items}


def test_a_byte_changed_under_a_writer_is_not_vouched_for(tmp_path: Path) -> None:
    """Of the same length: a longer or a shorter file is read again, as another process has written it."""
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger(path)
    ledger.append(entry("run-1"))
    path.write_bytes(path.read_bytes().replace(b"run-1", b"run-2"))
    ledger.append(entry("run-3"))
    assert Ledger(path).broken == 1


def test_two_writers_in_turn_leave_one_chain(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    one, other = Ledger(path), Ledger(path)
    for ledger, name in ((one, "run-1"), (other, "run-2"), (one, "run-3")):
        ledger.append(entry(name))
    again = Ledger(path)
    assert not again.broken and [item.run for item in again.entries] == ["run-1", "run-2", "run-3"]
