"""What of a project's runs can go: their records here, their results and uploads on the engine.

What a lock, the last good run and the last run stand on is kept, unless a run is named that stands on it.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path, PurePosixPath

from pipeline.compose.values import Mount
from pipeline.engine.connection import Engine
from pipeline.engine.containers import Job, Sink
from pipeline.errors import EngineError, UsageError
from pipeline.plan.lockfile import LOCK_FILE, MEMBERS_LOCKS, locked_components, read_lock
from pipeline.plan.workspace import Workspace, result_folder
from pipeline.project import Project
from pipeline.record.ledger import Discarded, Entry, Ledger, now
from pipeline.record.runlock import LOCK_NAME, run_lock
from pipeline.record.runs import RunFolder, keys_of, latest_own, list_runs, list_sweeps
from stages.contract import INPUTS, MANIFEST_FILE, WORKSPACE
from stages.message import msg

#: The stage in whose image what goes is measured and removed.
_HELPER = "data"


@dataclass(frozen=True)
class Old:
    """Which runs shall go: those that began longer ago than ``age``, and those that are named.

    ``ongoing`` is the oldest sweep that goes on elsewhere, if one does: it, and what began since, is not old.
    Of ``owed`` sweeps nodes may still have something, which their record alone tells: it stays.
    """

    age: timedelta | None = None
    named: tuple[str, ...] = ()
    ongoing: str = ""
    owed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reclaimed:
    """What went, or would go: runs and sweeps by name, results by stage; bytes here and on the engine."""

    runs: tuple[str, ...]
    sweeps: tuple[str, ...]
    results: Mapping[str, int]
    here: int
    there: int


def reclaim(
    project: Project, engine: Engine, workspace: Workspace, old: Old, *, only_look: bool = False
) -> Reclaimed:
    """Remove the records of old runs, and results and uploads that no other run stands on.

    Args:
        project: whose runs.
        engine: that has its results.
        workspace: what the project has there.
        old: which.
        only_look: remove nothing.

    Raises:
        UsageError: a run goes on, or there is no run of a name.
        IntegrityFailed: the ledger is not what was written.
        EngineError: the engine refused, or went away.
    """
    with run_lock(project.state / LOCK_NAME):
        ledger = Ledger(project.state / "ledger.jsonl")
        ledger.check()
        volumes = " ".join(
            engine.volumes.birth(item) for item in workspace.compose.volumes.values()
        )
        held = ledger.held(volumes)
        going = _going(project.state, ledger, old)
        sweeps = _old_sweeps(project.state, old)
        gone = _gone(project, ledger, held, going, old)
        paths = [WORKSPACE / "runs" / run.name for run in going]
        paths += [result_folder(entry.components.stage, entry.key) for entry in gone]
        paths += _uploads(engine, workspace, _unused(held, gone)) if gone else []
        there = _measure(engine, workspace, paths) if held else 0
        here = sum(size_below(run.path) for run in (*going, *sweeps))
        if not only_look:
            if gone:
                # Before the files: what is half removed must not count as there.
                keys = tuple(dict.fromkeys(entry.key for entry in gone))
                ledger.append(Discarded(now(), volumes, keys))
            if held and paths:
                remove_paths(engine, workspace, paths)
            for run in (*going, *sweeps):
                shutil.rmtree(run.path)
    names, of_sweeps = (tuple(it.name for it in found) for found in (going, sweeps))
    return Reclaimed(names, of_sweeps, _by_stage(gone), here, there)


def _going(state: Path, ledger: Ledger, old: Old) -> list[RunFolder]:
    runs = list_runs(state)
    if missing := set(old.named) - {run.name for run in runs}:
        name = min(missing)
        remedy = msg("`ls {state}` names them", state / "runs")
        raise UsageError(msg("there is no run {name}", repr(name)), str(state / "runs"), remedy)
    good = ledger.last_good()
    own = latest_own(state)
    kept = {run.name for run in (*runs[:1], *([own] if own else []))} | (
        {good.run} if good else set()
    )
    before = _name_before(old)
    return [
        run
        for run in runs
        if run.name in old.named or (old.age and run.name < before and run.name not in kept)
    ]


def _old_sweeps(state: Path, old: Old) -> list[RunFolder]:
    """Return the records of sweeps that go: by age, but never the last one's, whose table is there."""
    if old.age is None:
        return []
    before = _name_before(old)
    return [it for it in list_sweeps(state)[1:] if it.name < before and it.name not in old.owed]


def _name_before(old: Old) -> str:
    """Return what names of runs and sweeps that are old are less than."""
    name = f"{_before(old):%Y%m%d-%H%M%S}"
    return min(name, old.ongoing) if old.ongoing else name


def _gone(
    project: Project,
    ledger: Ledger,
    held: Sequence[Entry],
    going: Sequence[RunFolder],
    old: Old,
) -> list[Entry]:
    """Return the results that go: of named runs, and old ones, but none that is needed."""
    names = {run.name for run in going}
    runs = list_runs(project.state)
    needed = set[str]().union(*(keys_of(run) for run in runs if run.name not in names))
    of_named = set[str]().union(*(keys_of(run) for run in runs if run.name in old.named))
    kept = needed | (_stood_on(project, ledger, held) - of_named)
    before = _before(old).isoformat(timespec="seconds")
    return [
        entry
        for entry in held
        if entry.key not in kept
        and (entry.key in of_named or entry.run in names or (old.age and entry.time < before))
    ]


def _stood_on(project: Project, ledger: Ledger, held: Sequence[Entry]) -> set[str]:
    """Return the keys of all locks, of the last good run, and of each stage's latest result."""
    keys = {entry.components.stage: entry.key for entry in held}
    good = ledger.last_good()
    locks = [project.folder / LOCK_FILE, *(project.folder / MEMBERS_LOCKS).glob("*.lock")]
    locked = [entry for lock in locks if lock.is_file() for entry in read_lock(lock).items()]
    return {
        *keys.values(),
        *(good.stages.values() if good else ()),
        *(locked_components(stage, entry).key for stage, entry in locked),
    }


def _before(old: Old) -> datetime:
    return datetime.now(timezone.utc) - (old.age or timedelta())


def _unused(held: Sequence[Entry], gone: Sequence[Entry]) -> set[str]:
    """Return the hashes of inputs that only results which go were made from."""
    going = {entry.key for entry in gone}
    kept = {
        sha256
        for entry in held
        if entry.key not in going
        for sha256 in entry.components.inputs.values()
    }
    used = {sha256 for entry in gone for sha256 in entry.components.inputs.values()}
    return used - kept


def _uploads(engine: Engine, workspace: Workspace, inputs: set[str]) -> list[PurePosixPath]:
    """Return the uploads of these inputs: a tree's hash names its folder, a file's is all of its manifest."""
    # Two lines of each manifest tell a single file from a tree.
    lines = ("-exec", "grep", "-a", "-m", "2", "-H", "", "{}", "+")
    where = (str(INPUTS), "-mindepth", "2", "-maxdepth", "2", "-name", MANIFEST_FILE)
    _code, told = _run(engine, workspace, ("find", *where, *lines))
    manifests: dict[PurePosixPath, list[str]] = {}
    for line in told.decode("utf-8", "replace").split("\n")[:-1]:
        path, _, entry = line.partition(f"/{MANIFEST_FILE}:")
        manifests.setdefault(PurePosixPath(path), []).append(entry.partition("  ")[0])
    return sorted(
        folder
        for folder, digests in manifests.items()
        if folder.parent == INPUTS  # whatever a file's name makes of a line
        and (folder.name in inputs or (len(digests) == 1 and digests[0] in inputs))
    )


def _measure(engine: Engine, workspace: Workspace, paths: Sequence[PurePosixPath]) -> int:
    """Return how many bytes of the disk what is there of ``paths`` takes."""
    if not paths:
        return 0
    _code, said = _run(engine, workspace, ("du", "-s", "-c", "-B1", "--", *map(str, paths)))
    total = said.decode("ascii", "replace").splitlines()[-1:]
    return int(total[0].split()[0]) if total else 0


def remove_paths(engine: Engine, workspace: Workspace, paths: Sequence[PurePosixPath]) -> None:
    """Remove files and folders from the volumes.

    Raises:
        EngineError: not all of it could be removed.
    """
    code, _said = _run(engine, workspace, ("rm", "-rf", "--", *map(str, paths)))
    if code:
        message = msg("what old runs left could not all be removed (code {code})", code)
        remedy = msg("look whether the engine's disk is in order; to remove all: --volumes")
        raise EngineError(message, ", ".join(workspace.volumes.values()), remedy)


def _run(engine: Engine, workspace: Workspace, command: Sequence[str]) -> tuple[int, bytes]:
    """Run a command that may write to both volumes; return its code and what it printed."""
    service = workspace.compose.services[_HELPER]
    mounts = tuple(Mount(item.volume, item.target, read_only=False) for item in service.volumes)
    printed = bytearray()
    job = Job(
        service=service.model_copy(update={"volumes": mounts}),
        image=engine.images.image_id(service.image),
        name=f"paddock-{workspace.identity}-clean-{secrets.token_hex(4)}",
        command=tuple(command[1:]),
        volumes=workspace.volumes,
        labels=workspace.labels,
        entrypoint=tuple(command[:1]),
    )
    ended = engine.containers.run(job, {}, Sink(printed.extend, lambda _data: None), lambda: 0)
    return ended.code, bytes(printed)


def size_below(folder: Path) -> int:
    """Return how many bytes the files below ``folder`` have; what a run removes meanwhile is not counted."""
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            total += path.lstat().st_size
    return total


def _by_stage(entries: Iterable[Entry]) -> dict[str, int]:
    keys = {(entry.components.stage, entry.key) for entry in entries}
    counts: dict[str, int] = {}
    for stage, _key in sorted(keys):
        counts[stage] = counts.get(stage, 0) + 1
    return counts
