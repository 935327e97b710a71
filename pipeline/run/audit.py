"""``paddock audit``: hash everything again that a project's record names, and tell what differs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from pipeline.errors import Interrupted, PaddockError, UsageError
from pipeline.integrity.delivered import check_written
from pipeline.integrity.faults import Expected, Fault
from pipeline.integrity.inputs import read_again
from pipeline.integrity.ledger_check import check_devices, check_ledger
from pipeline.integrity.record import in_out, result_folders, written_files
from pipeline.project import Project
from pipeline.record.ledger import Conclusion, Ledger
from pipeline.record.runlock import LOCK_NAME, run_lock
from pipeline.run.connect import connect
from pipeline.run.place import Stop
from pipeline.run.prepare import Prepared, prepare
from pipeline.run.rehash import check_results, rehash
from pipeline.run.uploads import check_uploads
from stages.contract import Digests, Exit
from stages.message import msg

Say = Callable[[str], None]


@dataclass(frozen=True)
class AuditReport:
    """What an audit came to.

    Args:
        run: the last run that passed, "" if none has yet.
        checked: how many files were hashed or looked for.
        size: how many bytes they have, as they should be.
        seconds: how long it took.
        faults: all that is wrong, in the order of the stages; none means that all is as recorded.
    """

    run: str
    checked: int
    size: int
    seconds: float
    faults: tuple[Fault, ...]


def audit(project: Project, environ: Mapping[str, str], say: Say, stop: Stop) -> AuditReport:
    """Hash again all that the last good run left, and what a run would take now.

    That is the results in the workspace, the uploads in the inputs volume, the project's own files, ``out/``,
    ``paddock.lock``, the kept reports, and the ledger itself. Nothing is copied out of the volumes, and
    nothing is changed.

    Args:
        project: whose record it is.
        environ: where the engine is looked up.
        say: told in a sentence what goes on.
        stop: asked how often a stop was ordered.

    Raises:
        UsageError: a run goes on, or nothing was made yet.
        PaddockError: no engine, or the audit was stopped.
    """
    started = time.monotonic()
    with run_lock(project.state / LOCK_NAME):
        prepared = prepare(connect(project, environ), frozenset(), say)
        try:
            return _Audit(prepared, say, stop).report(started)
        except PaddockError as error:
            if stop():
                raise Interrupted(Exit.INTERRUPTED) from error
            raise


class _Audit:
    def __init__(self, prepared: Prepared, say: Say, stop: Stop) -> None:
        self._prepared, self._say, self._stop = prepared, say, stop
        self._project, self._ledger = prepared.project, prepared.planner.ledger
        self._good = self._ledger.last_good()

    def report(self, started: float) -> AuditReport:
        members = self._stood_on()
        workspace = self._prepared.planner.workspace
        entries = [entry for key in members if (entry := self._ledger.find(key, workspace))]
        written = self._written()
        ledger = check_ledger(self._project, self._ledger)
        if not entries and not written and not ledger:
            remedy = msg("run first: paddock --batch")
            raise UsageError(msg("nothing was made yet that could be audited"), remedy=remedy)
        self._say(
            msg("hashing the results of {entries} stages and all uploads again", len(entries))
        )
        folders = result_folders(entries)
        found = rehash(self._prepared.place, folders, self._stop, uploads=True)
        results, trees = check_results(entries, found, members), found.trees
        own = read_again(self._project)
        faults = [
            *ledger,
            *check_devices(self._project),
            *self._gone(),
            *results.faults,
            *check_uploads(self._prepared.planner, trees, members),
            *own.faults,
            *check_written(self._project.folder, written),
        ]
        return AuditReport(
            self._good.run if self._good else "",
            1 + results.files + sum(tree.files for tree in trees) + own.files + len(written),
            results.size + sum(tree.size for tree in trees) + own.size + _size(written),
            round(time.monotonic() - started, 2),
            tuple(faults),
        )

    def _stood_on(self) -> dict[str, str]:
        """Return the keys of all results that the last good runs stand on, or that a run would take now.

        Each with the member of a sweep that alone stands on it, or "".
        """
        good = self._good.stages.values() if self._good else ()
        taken = (step.entry.key for step in self._prepared.planner.plan() if step.entry)
        own = dict.fromkeys((*good, *taken), "")
        delivered = _last_deliveries(self._ledger).values()
        return {key: run.member for run in delivered for key in run.stages.values()} | own

    def _gone(self) -> list[Fault]:
        """Return the results of the last good run that another workspace had."""
        workspace = self._prepared.planner.workspace
        if self._good is None or self._good.workspace == workspace:
            return []
        said = msg("the workspace volume of the last good run is gone: its results are missing")
        path = self._prepared.place.workspace.volumes["workspace"]
        expected = Expected(
            "workspace",
            path,
            Digests(-1, "", ""),
            "paddock",
            self._good.run,
            self._good.time,
            msg("run again: paddock --batch"),
        )
        return [Fault("missing", expected, said=said)]

    def _written(self) -> list[Expected]:
        """Return what runs wrote into the project, no later run replaced, and nobody cleared away."""
        folder = self._project.folder
        files: dict[str, Expected] = {}
        delivered = _last_deliveries(self._ledger)
        for conclusion in self._ledger.conclusions:
            for file in written_files(conclusion):
                parent = PurePosixPath(file.path).parent
                wanted = conclusion is self._good or (folder / parent).is_dir()
                if file.place == "out":
                    here = in_out(self._project, file.path) or wanted
                    wanted = here and conclusion is delivered[parent]
                if wanted:
                    files[file.path] = file
        return list(files.values())


def _last_deliveries(ledger: Ledger) -> dict[PurePosixPath, Conclusion]:
    """Return which run delivered last into each folder: ``out/``, and those of a sweep's members."""
    return {
        PurePosixPath(file.path).parent: conclusion
        for conclusion in ledger.conclusions
        for file in written_files(conclusion)
        if file.place == "out"
    }


def _size(files: Iterable[Expected]) -> int:
    return sum(max(0, file.digests.size) for file in files)
