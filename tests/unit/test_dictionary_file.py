"""The dictionary as it lies on the host, and what it is compared with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.record.ledger import Ledger
from pipeline.report.dictionary import DictionaryFile, compare, read_dictionary
from support.recorded import RECORDED

REPORT: dict[str, Any] = json.loads((RECORDED / "out" / "report.json").read_text("utf-8"))
ENTRIES = Ledger(RECORDED / "state" / "ledger.jsonl").entries


def read(tmp_path: Path, data: bytes) -> DictionaryFile:
    path = tmp_path / "dict.txt"
    path.write_bytes(data)
    return read_dictionary(path)


@pytest.mark.parametrize(
    ("data", "entries", "facts"),
    [
        (b"A\nB\n", ("A", "B"), ("ASCII", "no byte order mark", "LF line ends")),
        (b"A\nB", ("A", "B"), ("no line end after the last entry",)),
        ("京\né\n".encode(), ("京", "é"), ("UTF-8",)),
        (b"\xef\xbb\xbfA\nB\n", ("A", "B"), ("byte order mark",)),
        (b"A\r\nB\r\n", ("A", "B"), ("CRLF line ends",)),
        (b"A\n\xff\n", ("A", "\udcff"), ("not UTF-8 in 1 lines",)),
        (b"A\nA\n\n", ("A", "A", ""), ("1 entries more than once", "1 empty lines")),
        (b"", (), ()),
    ],
)
def test_what_is_in_a_file(
    tmp_path: Path, data: bytes, entries: tuple[str, ...], facts: tuple[str, ...]
) -> None:
    found = read(tmp_path, data)
    assert found.entries == entries
    assert set(facts) <= set(found.facts)


def test_a_huge_file_is_no_dictionary(tmp_path: Path) -> None:
    path = tmp_path / "dict.txt"
    with path.open("wb") as stream:
        stream.truncate(1 << 30)
    with pytest.raises(OSError, match="larger"):
        read_dictionary(path)


def test_all_places_of_a_good_run_are_the_same() -> None:
    project = read_dictionary(RECORDED / "data" / "dict.txt")
    places = compare(project, REPORT, ENTRIES, RECORDED / "out")
    others = {place.name for place in places if place.verdict != "same"}
    assert others == {"training configuration"}, "it is of a version that kept no record of it"
    names = [place.name for place in places]
    assert names[:3] == ["project file, now", "data stage", "verify stage"]
    assert {"out/dict.txt, now", "out/preprocess.json", "checkpoint", "pd", "nb-x86"} <= set(names)


def test_what_changed_since_the_run_differs(tmp_path: Path) -> None:
    places = compare(read(tmp_path, b"A\n"), REPORT, ENTRIES, RECORDED / "out")
    assert [place.name for place in places if place.verdict == "differs"] == ["project file, now"]


def test_a_delivered_file_that_was_changed_differs(tmp_path: Path) -> None:
    (tmp_path / "dict.txt").write_bytes(b"A\n")
    (tmp_path / "preprocess.json").write_text('{"decode": {"classes": 38}}')
    places = {place.name: place for place in compare(None, REPORT, (), tmp_path)}
    assert places[f"{tmp_path.name}/dict.txt, now"].verdict == "differs"
    assert places[f"{tmp_path.name}/preprocess.json"].found == "38 classes"
    assert places["project file, now"].verdict == "not there"


def test_before_the_first_report_the_project_is_compared_with_the_ledger() -> None:
    project = read_dictionary(RECORDED / "data" / "dict.txt")
    places = compare(project, None, ENTRIES, RECORDED / "nowhere")
    assert [(place.name, place.verdict) for place in places] == [
        ("project file, now", "same"),
        ("data stage", "same"),
    ]
