"""A kind of file that is not good enough is named and not delivered; the others are."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.plan.lockfile import LOCK_FILE
from pipeline.project import load_project
from pipeline.record.events import Delivered, Envelope, RunFinished
from pipeline.record.ledger import Ledger
from pipeline.record.verdict import Verdict
from pipeline.report.limits import changed_limits
from pipeline.run.options import Options
from stages.contract import Exit
from support.pretended import PretendedEngine, go
from support.projects import SCRATCH, write_project
from tui.console import Terminal
from tui.printer import print_report

ALL = """
[convert]
weights = ["int8", "float32", "int16"]
"""
STRICT = "[quantize]\nmin_agreement = 0.995\n"
FLOAT32, INT16, INT8 = (
    {f"model_{target}{kind}.nb" for target in ("arm", "x86")} for kind in ("", "_int16", "_int8")
)


def buffers(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*.nb")}


def judged(heard: list[Envelope]) -> RunFinished:
    return next(item.event for item in heard if isinstance(item.event, RunFinished))


def test_every_kind_that_was_asked_for_is_made_measured_and_delivered(
    tmp_path: Path, engine: PretendedEngine
) -> None:
    folder = write_project(tmp_path / "p", SCRATCH + ALL)
    assert go(folder)[0] == Exit.OK
    assert engine.ran == ["data", "train", "export", "quantize", "convert", "verify"]
    assert engine.specs["quantize"]["parameters"] == {
        "task": "recognition", "image_shape": [3, 48, 320], "weights": ["int16", "int8"], "images": 60,
    }  # fmt: skip
    taken = {item["name"] for item in engine.specs["verify"]["inputs"]}
    assert {"pdmodel-int8", "pdiparams-int16", "nb-x86-int8", "nb-arm-int16", "nb-arm"} < taken
    assert "test" not in {item["name"] for item in engine.specs["quantize"]["inputs"]}
    assert buffers(folder / "out") == FLOAT32 | INT16 | INT8
    report: dict[str, Any] = json.loads((folder / "out" / "report.json").read_text())
    worst = report["quantisation"]["int8"]["layers"][0]
    assert worst["weights"] == "conv2d_137.w_0"


def test_a_kind_that_fails_leaves_the_others_and_an_exit_code_that_says_so(
    tmp_path: Path, engine: PretendedEngine
) -> None:
    folder = write_project(tmp_path / "p", SCRATCH + ALL + STRICT)
    code, heard = go(folder)
    assert code == Exit.PARITY and judged(heard).verdict == Verdict.PART.value
    assert "pd-int8: agrees with pd on 0.9900 (asked 0.995)" in judged(heard).reasons
    assert buffers(folder / "out") == FLOAT32 | INT16 and not (folder / "out.failed").exists()
    assert not (folder / LOCK_FILE).exists(), "it holds good runs"
    good = Ledger(folder / ".paddock" / "ledger.jsonl").last_good()
    assert good and {*good.refused} == INT8, "an app may have what this run delivered"
    engine.ran.clear()
    path = folder / "paddock.toml"
    path.write_text(path.read_text().replace(STRICT, ""))
    code, heard = go(folder)
    assert code == Exit.OK and not engine.ran, "a limit runs nothing again"
    assert buffers(folder / "out") == FLOAT32 | INT16 | INT8
    assert any(isinstance(item.event, Delivered) for item in heard)
    path.write_text(path.read_text() + STRICT)
    ledger = Ledger(folder / ".paddock" / "ledger.jsonl")
    judged_anew = changed_limits(load_project(folder), ledger, "verify", ledger.entries[-1].key)
    assert list(judged_anew) == [
        "quantize.min_agreement 0.97 → 0.995, pd-int8: agrees with pd on 0.9900 (asked 0.995)"
    ]
    assert go(folder)[0] == Exit.PARITY
    assert buffers(folder / "out") == FLOAT32 | INT16, "what is not good enough does not stay there"


def test_the_table_of_a_run_that_failed_in_part_is_printed(
    tmp_path: Path, engine: PretendedEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_project(tmp_path / "p", SCRATCH + ALL + STRICT)
    print_report(folder, go(folder)[0], Options(), Terminal(200))
    assert "FAIL in part" in capsys.readouterr().out


def test_where_every_kind_failed_all_files_can_be_looked_at(
    tmp_path: Path, engine: PretendedEngine
) -> None:
    only = ALL.replace('"int8", "float32", "int16"', '"int8"')
    folder = write_project(tmp_path / "p", SCRATCH + only + STRICT)
    assert go(folder)[0] == Exit.PARITY
    assert buffers(folder / "out.failed") == INT8 and not (folder / "out").exists()
