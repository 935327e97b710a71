"""What old runs left is removed; what the lock, the last good run and the last run stand on is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import pytest

from pipeline.engine.connection import Engine
from pipeline.engine.containers import Exited, Job, Sink
from pipeline.errors import EngineError, UsageError
from pipeline.machine.reclaim import Old, Reclaimed, reclaim
from pipeline.plan.lockfile import LOCK_FILE, MEMBERS_LOCKS, lock_entry, lock_text
from pipeline.plan.workspace import workspace_of
from pipeline.project import Project
from pipeline.record.events import EventLog, StageCached, StageStarted
from pipeline.record.ledger import Components, Conclusion, Entry, Ledger
from pipeline.record.runs import list_runs, run_folder, sweep_folder
from pipeline.swarm.kept import Begun, SwarmSweep
from support.cli import call
from support.results import make_result

#: Of four runs, the second passed, and the fourth is the last.
FIRST, GOOD, THIRD, LAST = (f"20250{month}01-000000-0000" for month in (1, 2, 3, 4))
VOLUMES = "w@1 i@1"
MONTH = Old(timedelta(days=30))
#: What train took: in the first run a file, whose folder has another name than its own hash; else trees. The
#: file's is in a tree that stays, too.
UPLOADS = {
    "a file": [f"yaml of {FIRST}  train.yaml"],
    "images": [f"yaml of {FIRST}  a.png", "hash  b.png"],
    **{f"yaml of {run}": ["hash  x.png", "hash  y.png", "…"] for run in (GOOD, THIRD, LAST)},
}


@dataclass
class Disk:
    """An engine that has two volumes; what runs on it is written down, and measures 1,000 bytes.

    ``uploads`` are the manifests' lines by the names of their folders.
    """

    uploads: dict[str, list[str]] = field(default_factory=dict)
    ran: list[tuple[str, ...]] = field(default_factory=list)
    removal: int = 0

    @property
    def volumes(self) -> Disk:
        return self

    images = containers = volumes

    def birth(self, volume: Any) -> str:
        return "i@1" if volume.name.endswith("inputs") else "w@1"

    def image_id(self, reference: str) -> str:
        return reference

    def run(self, job: Job, _files: object, sink: Sink, _stop: object) -> Exited:
        assert not any(mount.read_only for mount in job.service.volumes)
        self.ran.append((*job.entrypoint, *job.command))
        if job.entrypoint == ("find",):
            for folder, lines in self.uploads.items():
                for line in lines[:2]:
                    sink.stdout(f"/paddock/inputs/{folder}/MANIFEST:{line}\n".encode())
        else:
            sink.stdout(b"400\t/paddock/a\n1000\ttotal\n")
        return Exited(self.removal if job.entrypoint == ("rm",) else 0, False, False)

    def removed(self) -> set[str]:
        """Return the last parts of the paths that were removed."""
        paths = [path for command in self.ran if command[0] == "rm" for path in command[3:]]
        return {path.rpartition("/")[2] for path in paths}


def entry(stage: str, run: str, inputs: str) -> Entry:
    components = Components(stage, "image", {"made in": run}, {"tree": inputs})
    time = f"2025-{run[4:6]}-01T00:00:00+00:00"
    return Entry(time, run, VOLUMES, components, make_result(stage, components.key))


@pytest.fixture
def results(project: Project) -> dict[str, Entry]:
    """One data result that all runs take, and of each run the result of train."""
    data = entry("data", FIRST, "images")
    made = {run: entry("train", run, f"yaml of {run}") for run in (FIRST, GOOD, THIRD, LAST)}
    ledger = Ledger(project.state / "ledger.jsonl")
    ledger.append(data)
    for run, train in made.items():
        ledger.append(train)
        log = EventLog(run_folder(project.state, run).events, run, lambda _envelope: None)
        log.say(StageCached(data.key, FIRST), "data")
        log.say(StageStarted(train.key, "never run", "image", "train.log"), "train")
        log.close()
        if run == GOOD:
            keys = {"data": data.key, "train": train.key}
            ledger.append(Conclusion(train.time, run, VOLUMES, "pass", keys, {}))
    lock = lock_text({"train": lock_entry(made[GOOD].components, made[GOOD].result)})
    (project.folder / LOCK_FILE).write_text(lock, encoding="utf-8")
    return {"data": data, **made}


def clean(project: Project, disk: Disk, old: Old, *, only_look: bool = False) -> Reclaimed:
    workspace = workspace_of(project, {})
    return reclaim(project, cast("Engine", disk), workspace, old, only_look=only_look)


def names(project: Project) -> set[str]:
    return {run.name for run in list_runs(project.state)}


def test_old_runs_go_but_not_what_is_needed(project: Project, results: dict[str, Entry]) -> None:
    disk = Disk(UPLOADS)
    done = clean(project, disk, MONTH)
    assert done.runs == (THIRD, FIRST) and done.results == {"train": 2} and done.there == 1000
    assert names(project) == {GOOD, LAST}
    gone = {results[FIRST].key, results[THIRD].key}
    assert disk.removed() == {*gone, FIRST, THIRD, "a file", f"yaml of {THIRD}"}
    ledger = Ledger(project.state / "ledger.jsonl")
    ledger.check()
    for name, made in results.items():
        held = ledger.find(made.key, VOLUMES) is not None
        assert held is (name not in (FIRST, THIRD))
        assert ledger.was_discarded(made.key, VOLUMES) is not held
    assert clean(project, Disk(), MONTH).runs == ()


def test_what_the_lock_of_a_sweeps_member_stands_on_stays(
    project: Project, results: dict[str, Entry]
) -> None:
    made = results[THIRD]
    lock = project.folder / MEMBERS_LOCKS / "seed=1.lock"
    lock.parent.mkdir()
    lock.write_text(lock_text({"train": lock_entry(made.components, made.result)}), "utf-8")
    disk = Disk(UPLOADS)
    assert clean(project, disk, MONTH).results == {"train": 1}
    assert results[FIRST].key in disk.removed() and made.key not in disk.removed()
    lock.unlink()  # the member is given up
    assert clean(project, Disk(UPLOADS), MONTH).results == {"train": 1}


def test_a_result_that_is_made_again_counts_again(
    project: Project, results: dict[str, Entry]
) -> None:
    clean(project, Disk(), MONTH)
    path = project.state / "ledger.jsonl"
    Ledger(path).append(results[FIRST])
    assert Ledger(path).find(results[FIRST].key, VOLUMES) == results[FIRST]


def test_looking_changes_nothing(project: Project, results: dict[str, Entry]) -> None:
    before = (project.state / "ledger.jsonl").read_bytes()
    disk = Disk()
    assert clean(project, disk, MONTH, only_look=True).results == {"train": 2}
    assert disk.removed() == set() and len(names(project)) == 4 and results
    assert (project.state / "ledger.jsonl").read_bytes() == before


def test_the_records_of_old_sweeps_go_but_not_the_last_ones(
    project: Project, results: dict[str, Entry]
) -> None:
    assert results
    records = [sweep_folder(project.state, name) for name in (FIRST, THIRD, LAST)]
    for record in records:
        record.path.mkdir(parents=True)
        record.events.write_text("0123456789")
    seen = clean(project, Disk(), MONTH, only_look=True)
    assert seen.sweeps == (THIRD, FIRST) and all(record.path.is_dir() for record in records)
    assert clean(project, Disk(), Old(named=(FIRST,))).sweeps == ()
    done = clean(project, Disk(), MONTH)
    assert done.sweeps == (THIRD, FIRST) and done.here >= 20
    assert [record.path.is_dir() for record in records] == [False, False, True]


def test_a_sweep_that_goes_on_on_a_swarm_stays_with_all_since_however_old_it_is(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [sweep_folder(project.state, name) for name in (FIRST, GOOD, LAST)]
    runs = [run_folder(project.state, f"{name[:-4]}0001") for name in (FIRST, GOOD, LAST)]
    for record in (*records, *runs):
        record.path.mkdir(parents=True)
        record.events.write_text("0123456789")
    inputs = "r/n@sha256:" + "0" * 64
    SwarmSweep(records[1]).begin(Begun(inputs=inputs, plain_http=True))
    monkeypatch.setattr("tui.commands.clean.open_engine", lambda _environ: Disk())
    assert call("clean", "--older-than", "30d", project.folder).returncode == 0
    assert [it.path.is_dir() for it in records] == [False, True, True]
    assert [it.path.is_dir() for it in runs] == [False, True, True], "its table is made of them"


def test_the_record_of_a_sweep_of_which_a_node_may_have_something_stays_and_no_more(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [sweep_folder(project.state, name) for name in (FIRST, GOOD, LAST)]
    for record in records:
        record.path.mkdir(parents=True)
    begun = Begun(inputs="r/n@sha256:" + "0" * 64, plain_http=True, is_over=True, unreached=("n1",))
    SwarmSweep(records[0]).begin(begun)
    monkeypatch.setattr("tui.commands.clean.open_engine", lambda _environ: Disk())
    assert call("clean", "--older-than", "30d", project.folder).returncode == 0
    assert [it.path.is_dir() for it in records] == [True, False, True]


def test_the_last_run_of_the_project_itself_stays_also_after_a_sweep(
    project: Project, results: dict[str, Entry]
) -> None:
    assert results
    member = run_folder(project.state, "20250501-000000-0000")
    log = EventLog(member.events, member.name, lambda _envelope: None, "seed=1")
    log.say(StageStarted("k", "never run", "i", "train.log"), "train")
    log.close()
    assert LAST not in clean(project, Disk(), MONTH).runs
    assert {LAST, member.name} <= names(project)


def test_young_runs_stay(project: Project, results: dict[str, Entry]) -> None:
    assert results
    assert clean(project, Disk(), Old(timedelta(days=365 * 100))) == Reclaimed((), (), {}, 0, 0)
    assert len(names(project)) == 4


def test_a_named_run_goes_even_if_it_is_the_good_one(
    project: Project, results: dict[str, Entry]
) -> None:
    disk = Disk(UPLOADS)
    done = clean(project, disk, Old(named=(GOOD,)))
    assert done.runs == (GOOD,) and done.results == {"train": 1}
    # The data result is what the other runs took too.
    assert disk.removed() == {results[GOOD].key, GOOD, f"yaml of {GOOD}"}


def test_what_cannot_be_removed_is_said(project: Project, results: dict[str, Entry]) -> None:
    with pytest.raises(EngineError, match="could not all be removed"):
        clean(project, Disk(removal=1), MONTH)
    assert len(names(project)) == 4 and results


def test_an_unknown_run_is_refused(project: Project, results: dict[str, Entry]) -> None:
    with pytest.raises(UsageError, match="there is no run 'x'"):
        clean(project, Disk(), Old(named=("x", LAST)))
    assert len(names(project)) == 4 and results
