"""A record that a crash or an editor cut short; a clock that was set back. No engine is needed."""

import re
import time
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from unittest import mock

import pytest

from faults.answers import ANSWERS
from faults.matrix import FAULTS
from pipeline.errors import PaddockError
from pipeline.record.events import Envelope, RunFailed
from pipeline.record.runs import list_runs, summarise
from pipeline.run.options import Options, StopSwitch
from pipeline.run.runner import run
from stages.contract import RESULT_FILE
from support.pretended import PretendedEngine, install
from support.projects import write_project
from support.stand_ins import PROJECT
from support.vandal import Damage, damaged, truncated


def emptied(_data: bytes) -> bytes:
    """Be there, with nothing in it: what a crash of the machine leaves of a file that was just written."""
    return b""


def scribbled(_data: bytes) -> bytes:
    """Be something else."""
    return b"\x00\xff<<<<<<< HEAD\n"


@dataclass(frozen=True)
class Spoilt:
    """A file of the project that is not what it was.

    Args:
        path: in the project; of several that match, the newest.
        damages: what became of it, each in a run of its own.
        code: how the next run ends.
        says: part of what it says then: place and remedy among it.
    """

    path: str
    damages: tuple[Damage, ...]
    code: int = 0
    says: str = ""


SPOILT = (
    Spoilt(".paddock/ledger.jsonl", (truncated, scribbled)),
    Spoilt(".paddock/hashes.sqlite", (truncated,)),
    Spoilt(".paddock/lock", (scribbled,)),
    Spoilt(".paddock/runs/*/events.jsonl", (truncated, emptied)),
    Spoilt(".paddock/runs/*/report.json", (truncated,)),
    Spoilt(".paddock/cache/*", (truncated,)),
    Spoilt("paddock.lock", (truncated, emptied)),
    Spoilt("out/report.json", (truncated,), 5, "out/report.json was cut short"),
    Spoilt("out/model_arm.nb", (emptied,), 5, "out/model_arm.nb was cut short"),
    Spoilt("paddock.toml", (scribbled,), 2, "save it as UTF-8"),
    Spoilt("data/train.txt", (scribbled,), 2, "train.txt:1: not UTF-8"),
)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> PretendedEngine:
    return install(monkeypatch, PretendedEngine())


@pytest.fixture
def folder(tmp_path: Path, engine: PretendedEngine) -> Path:
    """A project whose stages have all run."""
    made = write_project(tmp_path / "p", PROJECT)
    assert go(made)[0] == 0
    return made


def go(folder: Path, *forced: str) -> tuple[int, str]:
    """Run; return the exit code, and message, place and remedy of a failure."""
    heard: list[Envelope] = []
    options = Options(forced=frozenset(forced))
    try:
        code = run(folder, options, {}, heard.append, StopSwitch())
    except PaddockError as error:
        return error.code, f"{error.message}\n{error.where}\n{error.remedy}"
    failed = [item.event for item in heard if isinstance(item.event, RunFailed)]
    return code, "".join(f"{item.message}\n{item.where}\n{item.remedy}" for item in failed)


def delivered(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "out").glob("*.nb")}


@pytest.mark.parametrize("spoilt", SPOILT, ids=lambda spoilt: spoilt.path)
def test_a_file_that_was_cut_short(folder: Path, spoilt: Spoilt) -> None:
    good = delivered(folder)
    for damage in spoilt.damages:
        path = max(folder.glob(spoilt.path))
        with damaged(path, damage) if spoilt.code else nullcontext():
            if not spoilt.code:
                path.write_bytes(damage(path.read_bytes()) or b"")
            code, said = go(folder)
            assert code == spoilt.code and spoilt.says in said, said
            assert not code or all(said.split("\n")), "message, place and remedy"
        assert go(folder) == (0, ""), "its own remedy: the file as it was"
        assert len({summarise(run).started for run in list_runs(folder / ".paddock")}) > 1
        assert delivered(folder) == good


def test_result_cut_short_before_anybody_read_it(
    folder: Path, engine: PretendedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that crashes may leave a name and half of a file."""
    good, fetch = delivered(folder), PretendedEngine.fetch

    def cut(self: PretendedEngine, path: PurePosixPath, sink: BinaryIO) -> None:
        if path.name == RESULT_FILE:
            self.files[str(path)] = truncated(self.files[str(path)])
        fetch(self, path, sink)

    monkeypatch.setattr(PretendedEngine, "fetch", cut)
    code, said = go(folder, "train")
    assert code == 5 and f"/{RESULT_FILE}" in said and "--force train" in said
    monkeypatch.undo()
    install(monkeypatch, engine)
    assert go(folder, "train") == (0, "") and delivered(folder) == good


def test_every_case_is_in_the_document() -> None:
    text = (Path(__file__).parents[2] / "docs" / "reliability.md").read_text(encoding="utf-8")
    assert [fault.name for fault in FAULTS if f"`{fault.name}`" not in text] == []
    families = ("engine-says-500-to-", "engine-gone-at-")
    for answer in ANSWERS:
        family = next((name for name in families if answer.name.startswith(name)), "")
        rest = answer.name.removeprefix(family)
        assert re.search(rf"{family}[^|]*{rest}" if family else f"`{rest}`", text), answer.name


@pytest.mark.parametrize("back", [3600, 10 * 365 * 86400])
def test_clock_that_was_set_back(folder: Path, back: int) -> None:
    """The run of then is the newest, whatever its clock says, and it takes what is there."""
    good, before = delivered(folder), [run.name for run in list_runs(folder / ".paddock")]
    then = time.time() - back
    with mock.patch("pipeline.record.runs.time.time", lambda: then):
        assert go(folder) == (0, "")
    newest, *others = (run.name for run in list_runs(folder / ".paddock"))
    assert others == before and newest not in before
    assert delivered(folder) == good
