"""Two runs are held against each other byte by byte, and only measured times are left out."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.record.ledger import Components, Conclusion, Entry, Ledger
from stages.contract import Result
from support.projects import write_project
from support.results import make_artifact
from two_runs import differences

REPORT: dict[str, Any] = {
    "run": "run-1",
    "verdict": "pass",
    "models": [{"name": "pd", "accuracy": 0.9, "latency_ms": {"p50": 5.0}, "peak_rss_mb": 410.0}],
    "artifacts": [{"path": "parity.json", "md5": "a"}, {"path": "golden.json", "md5": "b"}],
    "stages": {"train": {"seconds": 3.1, "metrics": {"accuracy": 0.9, "samples_per_s": 30.0}}},
}


def finished(folder: Path, weights: bytes = b"weights", parity: bytes = b"5 ms") -> Path:
    write_project(folder)
    files = {"checkpoint.pdparams": weights, "parity.json": parity}
    components = Components("train", "sha256:a", {}, {})
    artifacts = tuple(make_artifact(name, data) for name, data in files.items())
    result = Result("train", components.key, artifacts, {}, {}, 1.0)
    ledger = Ledger(folder / ".paddock" / "ledger.jsonl")
    ledger.append(Entry("now", "run-1", "volume@1", components, result))
    stages = {"train": components.key}
    ledger.append(Conclusion("now", "run-1", "volume@1", "pass", stages, {}))
    (folder / "out").mkdir()
    (folder / "out" / "model_arm.nb").write_bytes(b"a model")
    (folder / "paddock.lock").write_text("lock")
    write_report(folder, REPORT)
    return folder


def write_report(folder: Path, report: dict[str, Any]) -> None:
    (folder / "out" / "report.json").write_text(json.dumps(report))


@pytest.fixture
def first(tmp_path: Path) -> Path:
    return finished(tmp_path / "first")


def test_times_are_no_difference(first: Path, tmp_path: Path) -> None:
    second = finished(tmp_path / "second", parity=b"6 ms")
    text = json.dumps(REPORT).replace("5.0", "6.5").replace("3.1", "9").replace("30.0", "1")
    other = json.loads(text.replace("run-1", "run-2").replace('"md5": "a"', '"md5": "c"'))
    write_report(second, other)
    assert differences(first, second) == []


def test_another_artifact_is_named(first: Path, tmp_path: Path) -> None:
    (line,) = differences(first, finished(tmp_path / "second", weights=b"weighed"))
    assert line.startswith("train/checkpoint.pdparams: MD5 ")


def test_the_first_byte_that_differs_is_named(first: Path, tmp_path: Path) -> None:
    second = finished(tmp_path / "second")
    (second / "out" / "model_arm.nb").write_bytes(b"a mOdel, longer")
    (second / "paddock.lock").write_text("lock\n")
    (second / "out" / "dict.txt").write_text("A\n")
    (second / "out" / "kit").mkdir()
    (second / "out" / "kit" / "README.md").write_text("read me\n")
    assert differences(first, second) == [
        "paddock.lock: byte 4 is the first that differs",
        "out/dict.txt: only in one of the runs",
        "out/kit/README.md: only in one of the runs",
        "out/model_arm.nb: byte 3 is the first that differs",
    ]


def test_another_number_in_the_report_is_named(first: Path, tmp_path: Path) -> None:
    second = finished(tmp_path / "second")
    write_report(second, json.loads(json.dumps(REPORT).replace('"accuracy": 0.9', '"accuracy": 1')))
    assert differences(first, second) == [
        "report.json: models differs",
        "report.json: stages differs",
    ]
