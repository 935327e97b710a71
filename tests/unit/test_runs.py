"""Earlier runs are found by their names alone, and summed up from their events."""

import os
import socket
import time
from pathlib import Path
from typing import NoReturn

import pytest

from pipeline.record.events import (
    AnyEvent,
    EventLog,
    RunFailed,
    RunFinished,
    RunStarted,
    StageCached,
    StageFinished,
    StagePlanned,
    StageSkipped,
    StageStarted,
)
from pipeline.record.runlock import run_lock
from pipeline.record.runs import create_run, latest, list_runs, new_name, run_folder, summarise
from pipeline.record.verdict import Judgement, Verdict
from support.results import FILES

RECORDED = Path(__file__).parents[1] / "data/recorded/state"
NAME = "20260102-030405-0abc"


def tell(state: Path, *events: tuple[str, AnyEvent], name: str = NAME) -> None:
    """Write the events of a run."""
    log = EventLog(run_folder(state, name).events, name, lambda _envelope: None)
    for stage, event in events:
        log.say(event, stage)
    log.close()


def started(stage: str) -> tuple[str, AnyEvent]:
    return stage, StageStarted("k", "never run", "sha256:i", f"{stage}.log")


def test_newest_is_first(tmp_path: Path) -> None:
    names = ["20260101-000000-0000", "20251231-235959-ffff", "20260101-000000-0001"]
    for name in names:
        tell(tmp_path, name=name)
    assert [run.name for run in list_runs(tmp_path)] == [names[2], names[0], names[1]]
    newest = latest(tmp_path)
    assert newest is not None and newest.name == names[2]


def test_only_runs_are_listed(tmp_path: Path) -> None:
    tell(tmp_path)
    runs = tmp_path / "runs"
    (runs / "20260102-030405-0aaa").write_text("a file")
    (runs / "20260102-030405-0aab").symlink_to(runs / NAME)
    for name in ("notes", "20260102-030405", f"{NAME}.bak", f"{NAME}\n", "..20260102-030405-0abc"):
        (runs / name).mkdir()
    assert [run.name for run in list_runs(tmp_path)] == [NAME]


def test_project_that_never_ran_has_no_runs(tmp_path: Path) -> None:
    assert list_runs(tmp_path) == () and latest(tmp_path) is None
    (tmp_path / "runs").write_text("not a folder")
    assert list_runs(tmp_path) == ()


def test_a_thousand_runs_are_listed_without_a_look_into_any(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1000):
        folder = run_folder(tmp_path, f"20260101-000000-{number:04x}").path
        folder.mkdir(parents=True)
        (folder / "events.jsonl").touch()

    def refuse(path: Path, *_arguments: object, **_options: object) -> NoReturn:
        raise AssertionError(f"looked at {path}")

    looks = ("open", "read_text", "read_bytes", "iterdir", "is_dir", "is_file", "exists", "stat")
    for look in looks:
        monkeypatch.setattr(Path, look, refuse)
    assert len(list_runs(tmp_path)) == 1000


def test_names_sort_by_time(tmp_path: Path) -> None:
    names = []
    for _ in range(50):
        names.append(create_run(tmp_path).name)
        time.sleep(0.0001)
    assert names == sorted(set(names))
    assert run_folder(tmp_path, new_name(tmp_path)).name > names[-1]


@pytest.mark.parametrize("name", ["", "..", "../x", "20260101-000000-00", f"{NAME}/.."])
def test_what_is_not_a_name_is_no_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not the name of a run"):
        run_folder(tmp_path, name)


def test_where_the_record_is(tmp_path: Path) -> None:
    tell(tmp_path)
    run = run_folder(tmp_path, NAME)
    assert run.events == tmp_path / "runs" / NAME / "events.jsonl"
    assert run.log("train") == tmp_path / "runs" / NAME / "train.log"
    assert run.state == tmp_path and run.report is None
    (run.path / "report.json").write_text("{}")
    assert run.report == tmp_path / "runs" / NAME / "report.json"


def test_summary_of_a_run_that_ended(tmp_path: Path) -> None:
    tell(
        tmp_path,
        ("data", StagePlanned("cached", "made in r")),
        ("data", StageCached("k", "r")),
        ("export", StageSkipped("not needed")),
        started("verify"),
        ("verify", StageFinished("k", 1.0)),
        ("", RunFinished(1, 12.5, "fail", ("accuracy too low",))),
    )
    summary = summarise(run_folder(tmp_path, NAME))
    assert (summary.code, summary.seconds, summary.cut_short) == (1, 12.5, False)
    assert summary.judgement == Judgement(Verdict.PARITY, ("accuracy too low",))
    assert summary.stages == {"data": "cached", "export": "skipped", "verify": "finished"}
    assert summary.message == ""


@pytest.mark.parametrize(("code", "ending"), [(3, "failed"), (130, "stopped"), (143, "stopped")])
def test_summary_of_a_run_that_failed(tmp_path: Path, code: int, ending: str) -> None:
    tell(
        tmp_path,
        ("data", StageCached("k", "r")),
        started("train"),
        ("", RunFailed(code, "why")),
        ("", RunFinished(code, 2.0)),
    )
    summary = summarise(run_folder(tmp_path, NAME))
    assert (summary.code, summary.message) == (code, "why")
    assert summary.stages == {"data": "cached", "train": ending}


def test_run_without_an_end_is_cut_short_unless_it_goes_on(tmp_path: Path) -> None:
    tell(tmp_path, started("train"))
    run = run_folder(tmp_path, NAME)
    assert summarise(run).cut_short
    with run_lock(tmp_path / "lock", NAME):
        summary = summarise(run)
        assert not summary.cut_short and summary.code is None
        assert summary.stages == {"train": "unfinished"}
    with run_lock(tmp_path / "lock", "20260102-030406-0000"):
        assert summarise(run).cut_short, "it is another one that goes on"


def test_run_that_said_nothing_has_the_time_of_its_name(tmp_path: Path) -> None:
    run = run_folder(tmp_path, NAME)
    summary = summarise(run)
    assert summary.started == "2026-01-02T03:04:05.000+00:00"
    assert (summary.seconds, summary.code, summary.stages) == (0.0, None, {})


def test_recorded_runs() -> None:
    cached, first = (summarise(run) for run in list_runs(RECORDED))
    assert set(first.stages) == set(cached.stages) == set(FILES)
    assert set(first.stages.values()) == {"finished"} and set(cached.stages.values()) == {"cached"}
    for summary in (first, cached):
        assert (summary.code, summary.cut_short) == (0, False)
        assert summary.judgement and summary.judgement.verdict is Verdict.PASS
    assert first.started < cached.started and first.seconds > cached.seconds


@pytest.mark.parametrize(
    ("pid", "goes_on"), [(os.getpid(), True), (1, False)], ids=["its own", "ended"]
)
def test_a_sweeps_run_goes_on_while_its_process_holds_the_lock(
    tmp_path: Path, pid: int, goes_on: bool
) -> None:
    tell(tmp_path, ("", RunStarted("p", "/p", pid, socket.gethostname(), "unix:///x", "1.0")))
    with run_lock(tmp_path / "lock"):
        assert summarise(run_folder(tmp_path, NAME)).goes_on is goes_on
