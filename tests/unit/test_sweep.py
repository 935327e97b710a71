"""A sweep's members run side by side: what they share is made once, and none stands in another's way."""

import json
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from pipeline.errors import UsageError
from pipeline.plan.lockfile import LOCK_FILE
from pipeline.project import load_project
from pipeline.record.events import Envelope, MemberStarted, RunFailed, RunFinished
from pipeline.record.ledger import Ledger
from pipeline.record.runlock import LOCK_NAME, run_lock
from pipeline.record.runs import list_runs
from pipeline.report.find import find, newest
from pipeline.run.audit import audit
from pipeline.run.handoff import hand_off
from pipeline.run.options import Options, StopSwitch
from pipeline.run.runner import run
from pipeline.sweep.drive import Asked, SweepEnd, sweep
from pipeline.sweep.table import load_table
from stages.contract import Exit
from support.patience import PATIENCE
from support.pretended import PretendedEngine
from support.projects import SCRATCH, write_project

SEEDS = SCRATCH + "[limits]\ncpus = 1\nmemory = '1g'\n[sweep.matrix]\ntrain.seed = [1, 2, 3]\n"
MEMBERS = ["seed=1", "seed=2", "seed=3"]
pytestmark = pytest.mark.usefixtures("engine")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_project(tmp_path / "p", SEEDS)


def go(
    folder: Path,
    *only: str,
    jobs: int = 1,
    stop: StopSwitch | None = None,
    heard: list[Envelope] | None = None,
    **options: Any,
) -> SweepEnd:
    asked = Asked(Options(**options), jobs, only)
    listened = list[Envelope]() if heard is None else heard
    return sweep(folder, asked, {}, listened.append, stop or StopSwitch())


def of_seed(seed: int, stage: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda spec: (spec["stage"], spec["seed"]) == (stage, seed)


@pytest.mark.parametrize("jobs", [1, 3])
def test_what_members_share_is_made_once_and_each_delivers(
    folder: Path, engine: PretendedEngine, jobs: int
) -> None:
    heard: list[Envelope] = []
    assert go(folder, jobs=jobs, heard=heard).code == Exit.OK
    ran = Counter(engine.ran)
    assert ran["data"] == 1 and ran["train"] == 3
    for name in MEMBERS:
        out = folder / "out.sweep" / name
        assert {"model_arm.nb", "report.json", "MD5SUMS"} <= {path.name for path in out.iterdir()}
        assert json.loads((out / "report.json").read_text())["verdict"] == "pass"
        assert (folder / "paddock.locks" / f"{name}.lock").is_file()
    assert not (folder / "out").exists() and not (folder / LOCK_FILE).exists()
    started = {
        it.event.name: it.event.own_run for it in heard if isinstance(it.event, MemberStarted)
    }
    assert sorted(started) == MEMBERS
    assert {it.member for it in heard} == {"", *MEMBERS}
    assert all(started[it.member] == it.run for it in heard if it.member)
    assert {run.name for run in list_runs(folder / ".paddock")} == {*started.values()}
    assert not Ledger(folder / ".paddock" / "ledger.jsonl").broken
    (record,) = (folder / ".paddock" / "sweeps").glob("*/events.jsonl")
    events = [Envelope.decode(line).event for line in record.read_text().splitlines()]
    assert sorted(it.name for it in events if isinstance(it, MemberStarted)) == MEMBERS
    assert isinstance(events[-1], RunFinished) and events[-1].code == 0

    engine.ran.clear()
    assert go(folder, jobs=jobs).code == Exit.OK and engine.ran == [], "all is cached"
    assert go(folder, jobs=jobs, locked=True).code == Exit.OK

    assert go(folder, jobs=jobs, forced=frozenset(("data",))).code == Exit.OK
    assert engine.ran == ["data"], "once, and what it made is the same, so all else stays"


def test_a_members_files_are_those_of_a_run_with_its_settings(folder: Path, tmp_path: Path) -> None:
    assert go(folder, "seed=2").code == Exit.OK
    member = folder / "out.sweep" / "seed=2"
    alone = write_project(tmp_path / "alone", SEEDS.replace('"full"', '"full"\nseed = 2'))
    assert run(alone, Options(), {}, lambda _envelope: None, StopSwitch()) == Exit.OK
    for path in (alone / "out").iterdir():
        if path.suffix != ".html" and path.name[:6] not in ("report", "MD5SUM", "SHA256"):
            assert path.read_bytes() == (member / path.name).read_bytes(), path.name
    assert {path.name for path in member.iterdir()} == {path.name for path in alone.glob("out/*")}


def test_a_run_of_the_project_takes_what_a_member_made_and_keeps_its_own_out(
    folder: Path, engine: PretendedEngine
) -> None:
    assert go(folder, "seed=1").code == Exit.OK
    engine.ran.clear()
    assert run(folder, Options(), {}, lambda _envelope: None, StopSwitch()) == Exit.OK
    assert "data" not in engine.ran and "train" in engine.ran
    before = {path.name: path.read_bytes() for path in (folder / "out").iterdir()}
    assert go(folder).code == Exit.OK
    assert {path.name: path.read_bytes() for path in (folder / "out").iterdir()} == before
    good = Ledger(folder / ".paddock" / "ledger.jsonl").last_good()
    assert good is not None and good.member == ""


def test_a_member_that_fails_leaves_the_others(folder: Path, engine: PretendedEngine) -> None:
    engine.breaks = of_seed(2, "train")
    ended = go(folder, jobs=2)
    assert ended.code == Exit.STAGE and ended.table is not None
    states = {row.name: (row.state, row.code) for row in ended.table.rows}
    assert states == {"seed=1": ("done", 0), "seed=3": ("done", 0), "seed=2": ("failed", 3)}
    (failed,) = (row for row in ended.table.rows if row.state == "failed")
    assert "the train stage ended with code 3" in failed.message and failed.rank is None

    engine.breaks = lambda _spec: False
    engine.ran.clear()
    assert go(folder).code == Exit.OK
    assert engine.ran.count("train") == 1, "only what is missing is made"


def test_a_shared_stage_that_fails_is_tried_once(folder: Path, engine: PretendedEngine) -> None:
    engine.breaks = lambda spec: spec["stage"] == "data"
    tried: list[str] = []
    engine.before = lambda spec: tried.append(spec["stage"])
    heard: list[Envelope] = []
    assert go(folder, jobs=3, heard=heard).code == Exit.STAGE
    assert tried == ["data"]
    said = sorted(it.event.message for it in heard if isinstance(it.event, RunFailed))
    assert len(said) == 3 and sum("for another member" in text for text in said) == 2


def test_who_needs_what_is_being_made_waits_for_it(folder: Path, engine: PretendedEngine) -> None:
    """Both members are at it at once: the stage is held until the other has said that it waits."""
    waits, heard = threading.Event(), list[Envelope]()

    def hold(spec: Mapping[str, Any]) -> None:
        if spec["stage"] == "data":
            assert waits.wait(PATIENCE)

    def listen(envelope: Envelope) -> None:
        heard.append(envelope)
        if "another member is making the same" in envelope.encode():
            waits.set()

    engine.before = hold
    asked = Asked(Options(), 2, ("seed=1", "seed=2"))
    assert sweep(folder, asked, {}, listen, StopSwitch()).code == Exit.OK
    assert engine.ran.count("data") == 1


def test_nothing_is_uploaded_again_that_a_member_may_be_reading(
    folder: Path, engine: PretendedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert go(folder).code == Exit.OK
    put_tree, uploaded = engine.put_tree, list[PurePosixPath]()

    def count(tree: PurePosixPath, *given: Any) -> None:
        uploaded.append(tree)
        put_tree(tree, *given)

    monkeypatch.setattr(engine, "put_tree", count)
    assert go(folder, jobs=3, forced=frozenset(("data", "verify"))).code == Exit.OK
    assert uploaded and len(uploaded) == len(set(uploaded))


def test_a_stop_ends_the_members_that_run_and_begins_no_other(
    folder: Path, engine: PretendedEngine
) -> None:
    stop = StopSwitch()
    engine.before = lambda spec: stop.order(Exit.INTERRUPTED) if of_seed(2, "train")(spec) else None
    engine.breaks = of_seed(2, "train")
    ended = go(folder, stop=stop)
    assert ended.code == Exit.INTERRUPTED and ended.table is not None
    states = {row.name: row.state for row in ended.table.rows}
    assert states == {"seed=1": "done", "seed=2": "stopped", "seed=3": "not begun"}
    assert load_table(folder / "out.sweep" / "sweep.json") == ended.table
    engine.before, engine.breaks = (lambda _spec: None), (lambda _spec: False)
    engine.ran.clear()
    assert go(folder).code == Exit.OK
    assert engine.ran.count("train") == 2 and "data" not in engine.ran


def test_a_stop_while_it_is_planned_leaves_the_last_table(folder: Path) -> None:
    made, stop = go(folder).table, StopSwitch()
    stop.order(Exit.INTERRUPTED)
    ended = go(folder, stop=stop)
    assert (ended.code, ended.table) == (Exit.INTERRUPTED, None)
    assert load_table(folder / "out.sweep" / "sweep.json") == made


def test_a_listener_that_goes_away_stops_the_sweep(folder: Path, engine: PretendedEngine) -> None:
    def gone(_envelope: Envelope) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        sweep(folder, Asked(Options()), {}, gone, StopSwitch())
    assert "train" not in engine.ran
    with run_lock(folder / ".paddock" / LOCK_NAME) as dead:
        assert dead == ""


def test_a_sweep_and_a_run_refuse_each_other(folder: Path, engine: PretendedEngine) -> None:
    refused: list[str] = []

    def run_beside(spec: Mapping[str, Any]) -> None:
        if not refused:
            with pytest.raises(UsageError) as error:
                run(folder, Options(), {}, lambda _envelope: None, StopSwitch())
            refused.append(error.value.message)

    engine.before = run_beside
    assert go(folder).code == Exit.OK
    assert refused[0].startswith("another run of this project is going on (pid ")


def test_a_locked_member_whose_lock_is_missing_is_refused_before_anything_starts(
    folder: Path, engine: PretendedEngine
) -> None:
    assert go(folder, "seed=1").code == Exit.OK
    engine.ran.clear()
    with pytest.raises(UsageError) as refused:
        go(folder, locked=True)
    assert refused.value.where.endswith("paddock.locks/seed=2.lock") and engine.ran == []


def test_a_locked_member_that_differs_is_refused_and_its_lock_named(folder: Path) -> None:
    assert go(folder).code == Exit.OK
    lock = folder / "paddock.locks" / "seed=3.lock"
    lock.write_text(lock.read_text().replace('"seed": 3', '"seed": 4'))
    other = folder / "paddock.locks" / "seed=2.lock"
    other.write_text(other.read_text() + "\n")
    heard: list[Envelope] = []
    assert go(folder, locked=True, heard=heard).code == Exit.INTEGRITY
    found = {it.member: it.event.where for it in heard if isinstance(it.event, RunFailed)}
    assert found == {name: f"paddock.locks/{name}.lock" for name in ("seed=2", "seed=3")}


def test_a_result_that_one_members_lock_refuses_is_the_others_all_the_same(
    folder: Path, engine: PretendedEngine
) -> None:
    assert go(folder).code == Exit.OK
    lock = folder / "paddock.locks" / "seed=1.lock"
    body = json.loads(lock.read_text())
    file = next(iter(body["stages"]["data"]["artifacts"]))
    body["stages"]["data"]["artifacts"][file] = "0" * 64
    lock.write_text(json.dumps(body))
    engine.ran.clear()
    ended = go(folder, locked=True, forced=frozenset(("data",)))
    assert ended.code == Exit.INTEGRITY and ended.table is not None
    assert [row.name for row in ended.table.rows if row.state == "failed"] == ["seed=1"]
    assert engine.ran == ["data"], "it is whole, and not made again"


def test_more_members_at_once_than_fit_are_refused(folder: Path, engine: PretendedEngine) -> None:
    text = (folder / "paddock.toml").read_text()
    (folder / "paddock.toml").write_text(text.replace("cpus = 1", "cpus = 2"))
    heard: list[Envelope] = []
    assert go(folder, jobs=3, heard=heard).code == Exit.USAGE
    (failed,) = (it.event for it in heard if isinstance(it.event, RunFailed))
    assert (
        failed.message.startswith("3 members at once need 6 CPUs") and "--jobs 2" in failed.remedy
    )
    assert engine.ran == [] and go(folder, jobs=2).code == Exit.OK


def test_what_members_report_is_not_the_projects_own(folder: Path) -> None:
    assert go(folder, "seed=1").code == Exit.OK
    with pytest.raises(UsageError, match="only members of its sweep") as refused:
        newest(folder)
    assert "--run out.sweep/MEMBER" in refused.value.remedy
    with pytest.raises(UsageError, match="no run that delivered"):
        hand_off(load_project(folder), {}, lambda _text: None)
    assert run(folder, Options(), {}, lambda _envelope: None, StopSwitch()) == Exit.OK
    own = newest(folder).report.run
    assert go(folder).code == Exit.OK
    assert newest(folder).report.run == own
    found = find(str(folder / "out.sweep" / "seed=2"), folder)
    assert found.run is not None and found.side.entries, "its record is found"


def test_an_unknown_member_is_refused_with_the_nearest(folder: Path) -> None:
    with pytest.raises(UsageError, match='did you mean "seed=1"'):
        go(folder, "sed=1")


def audited(folder: Path) -> dict[str, str]:
    """Return what an audit finds: path -> problem."""
    found = audit(load_project(folder), {}, lambda _text: None, StopSwitch())
    return {fault.expected.path: fault.problem for fault in found.faults}


def test_an_audit_looks_at_what_members_delivered(folder: Path, engine: PretendedEngine) -> None:
    assert go(folder).code == Exit.OK and go(folder, forced=frozenset(("verify",))).code == Exit.OK
    assert audited(folder) == {}
    model = folder / "out.sweep" / "seed=1" / "model_arm.nb"
    model.write_bytes(b"another")
    (folder / "paddock.locks" / "seed=2.lock").write_text("{}")
    shutil.rmtree(folder / "out.sweep" / "seed=3")  # nobody ships it
    found = {"out.sweep/seed=1/model_arm.nb": "truncated", "paddock.locks/seed=2.lock": "truncated"}
    assert audited(folder) == found
    engine.files = {path: data for path, data in engine.files.items() if "/train/" not in path}
    assert any("/results/train/" in path for path in audited(folder))


def test_an_audit_names_the_command_that_makes_a_members_result_again(
    folder: Path, engine: PretendedEngine
) -> None:
    assert go(folder, "seed=2").code == Exit.OK
    assert run(folder, Options(), {}, lambda _envelope: None, StopSwitch()) == Exit.OK
    for path in engine.files:
        if "/results/data/" in path or path.endswith("/curve.json"):
            engine.files[path] = b"another"
    found = audit(load_project(folder), {}, lambda _text: None, StopSwitch())
    assert {fault.expected.remedy for fault in found.faults} == {
        "make it again: paddock sweep --member seed=2 --force train",
        "make it again: paddock --batch --force train",
        "make it again: paddock --batch --force data",  # both stand on it
    }


def test_an_audit_names_the_command_that_uploads_a_members_labels_again(
    folder: Path, engine: PretendedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "data" / "other.txt").write_text("train/0.png\tAB\n", encoding="utf-8")
    text = (folder / "paddock.toml").read_text()
    added = '[[sweep.members]]\nname = "other"\ndata.train = ["other.txt"]\n'
    (folder / "paddock.toml").write_text(text + added)
    assert go(folder, "other").code == Exit.OK
    (tree,) = (path.rpartition("/")[0] for path in engine.files if path.endswith("/other.txt"))
    fault = {"path": f"{tree}/other.txt", "expected": "0" * 64, "sha256": ""}
    line = {"upload": tree, "files": 1, "size": 1, "faults": [fault]}
    rehash = engine._rehash

    def damaged(words: tuple[str, ...]) -> Iterator[bytes]:
        *lines, end = rehash(words)
        yield from (*lines, json.dumps(line).encode() + b"\n", end)

    monkeypatch.setattr(engine, "_rehash", damaged)
    found = audit(load_project(folder), {}, lambda _text: None, StopSwitch())
    (wrong,) = (it for it in found.faults if it.expected.path.endswith("/other.txt"))
    assert wrong.expected.remedy == "upload it again: paddock sweep --member other --force data"


def test_a_delivered_file_that_was_changed_stops_its_member_only(folder: Path) -> None:
    assert go(folder).code == Exit.OK
    (folder / "out.sweep" / "seed=1" / "model_arm.nb").write_bytes(b"another")
    ended = go(folder)
    assert ended.code == Exit.INTEGRITY and ended.table is not None
    assert [row.name for row in ended.table.rows if row.state == "failed"] == ["seed=1"]


def test_all_cached_results_are_hashed_again_in_one_go(
    folder: Path, engine: PretendedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert go(folder).code == Exit.OK
    asked: list[tuple[str, ...]] = []
    rehash = engine._rehash

    def count(words: tuple[str, ...]) -> Iterator[bytes]:
        asked.append(words)
        return rehash(words)

    monkeypatch.setattr(engine, "_rehash", count)
    assert go(folder).code == Exit.OK and len(asked) == 1
    with monkeypatch.context() as few:
        few.setattr("pipeline.run.rehash.AT_ONCE", 3)  # as of thousands: no command line is so long
        assert go(folder).code == Exit.OK and max(map(len, asked[1:])) == 3 + 3
    del asked[1:]
    damaged = next(path for path in engine.files if "/train/" in path and "curve" in path)
    engine.files[damaged] = b"another"
    ended = go(folder)
    assert ended.code == Exit.INTEGRITY and ended.table is not None
    assert len(asked) == 2 and [row.state for row in ended.table.rows].count("failed") == 1
