"""How a run ends: report, verdict, what is put into ``out/``, and what the ledger says of it."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pipeline.engine.volumes import VolumeClient
from pipeline.errors import IntegrityFailed, PaddockError
from pipeline.integrity.delivered import check_out
from pipeline.integrity.faults import Expected, Fault, compare, refuse
from pipeline.integrity.record import result_file
from pipeline.kit.files import FOLDER, KitSource, files_for_phones, make_kit
from pipeline.kit.rules import NoKitError
from pipeline.plan.hashes import HashCache
from pipeline.plan.lockfile import check_lock_itself, lock_name, lock_of, would_change
from pipeline.plan.stages.spec import StageSpec
from pipeline.record.devices import Device, read_devices
from pipeline.record.events import Delivered, EventLog, Noted
from pipeline.record.kept import LARGEST_KEPT, kept_file
from pipeline.record.ledger import Conclusion, now
from pipeline.record.runs import run_folder
from pipeline.record.verdict import Verdict
from pipeline.report.build import build_report
from pipeline.report.guards import refusal
from pipeline.report.html import Beside
from pipeline.report.model import REPORT_FILE, Report
from pipeline.report.reports_compared import with_last_other
from pipeline.report.runs_compared import read_side
from pipeline.run.deliver import (
    complete,
    deliver,
    is_delivered,
    withdraw,
)
from pipeline.run.locate import found_before, locate
from pipeline.run.options import Outcome
from pipeline.run.place import Stop
from pipeline.run.prepare import Prepared
from pipeline.text import human_size
from stages.contract import (
    Artifact,
    Curve,
    Digests,
    Document,
    DocumentError,
    Evidence,
    Lineage,
    Parity,
    Quantisation,
    Result,
    digests_of,
    hash_file,
)
from stages.contract.artifacts import GOLDEN, GOLDEN_FILES, PREPROCESS
from stages.contract.variant import Variant
from stages.files import write_bytes, write_text
from stages.message import msg, text_of

#: Images that are looked at first for where models part: those on which they say other things.
FIRST = 5
#: What a run that failed may take for that: its report waits for it.
PATIENCE_S = 600
Left = TypeVar("Left", bound=Document)


@dataclass(frozen=True)
class CompletedRun:
    """A run that is through all its stages, before it is judged.

    Args:
        run: its name.
        results: what the stages left, by stage.
        given: size and hashes of the models that the project brought along.
        lock: what ``paddock.lock`` will say if the run passes.
        locked: whether the run was held to the lock.
    """

    run: str
    results: Mapping[str, Result]
    given: Mapping[str, Digests]
    lock: str
    locked: bool = False


def conclude(
    prepared: Prepared,
    completed: CompletedRun,
    volumes: Callable[[], VolumeClient],
    log: EventLog,
    stop: Stop,
) -> Outcome:
    """Write the report, deliver, and put down in the ledger what was written.

    A run that fails never replaces ``out/``, which may hold the last good model: its files go to
    ``out.failed/``, and nowhere if a guard refuses them. One that failed in part delivers what passed.

    Raises:
        IntegrityFailed: an artifact in the workspace is not the one in the ledger, a file of ``out/`` was
            changed since it was delivered, or the lock is not what the run came to.
    """
    finish = _Finish(prepared, completed, volumes, log)
    report = finish.located(finish.report(), stop)
    refused = refusal(report.guards) if report.verdict is Verdict.GUARD else None
    files = {} if refused else finish.gather(report)
    finish.keep(report)
    finish.put_down(report, files)
    if not refused:
        finish.put_out(files)
    if report.passed:
        finish.write_lock()
    return Outcome(report.verdict.code, report.judgement, refused)


class _Finish:
    """The end of one run, step by step."""

    def __init__(
        self,
        prepared: Prepared,
        completed: CompletedRun,
        volumes: Callable[[], VolumeClient],
        log: EventLog,
    ) -> None:
        self._prepared, self._completed, self._volumes, self._log = (
            prepared,
            completed,
            volumes,
            log,
        )
        self._project, self._results = prepared.project, completed.results
        self._specs = [wire.spec for wire in prepared.planner.wires]
        self._folder = self._project.state / "runs" / completed.run
        self._failed = self._project.failed
        self._target = self._failed
        self._faults: tuple[Fault, ...] = ()

    def report(self) -> Report:
        """Make the report, and hold the lock against what the run came to."""
        project = self._project
        try:
            report = build_report(
                project,
                self._completed.run,
                self._results,
                self._needed(Parity),
                self._needed(Evidence),
                lineage=self._document(Lineage),
                curve=self._document(Curve),
                quantisation=self._document(Quantisation),
                given=self._completed.given,
                locked=self._completed.locked,
                devices=self._devices(),
            )
        except DocumentError as error:
            raise IntegrityFailed(
                msg("a stage left what this version of Paddock does not write: {error}", error),
                "report.json",
                msg("build the images again, then run again: paddock images build"),
            ) from error
        if report.verdict.delivers:
            self._target = self._project.out
        if report.passed and self._completed.locked:
            check_lock_itself(lock_of(project), self._completed.lock, lock_name(project))
        return report

    def _devices(self) -> tuple[Device, ...]:
        """Return what phones measured; a record that was damaged is said, and keeps no run from its end."""
        try:
            return read_devices(self._project.state)
        except IntegrityFailed as error:
            self._log.say(Noted(msg("{first}: {rest}", error, error.where)))
            return ()

    def located(self, report: Report, stop: Stop) -> Report:
        """Say in the report where models part from PD, if some do.

        That it cannot be found changes nothing in the verdict.
        """
        if not report.parting:
            return report
        try:
            found = found_before(self._prepared, report)
            if found is None:
                self._log.say(Noted(msg("looking for the operator at which the models part")))
                first = [item.image for item in report.mismatches[:FIRST]]
                found = locate(
                    self._prepared,
                    self._results,
                    stop,
                    first,
                    models=report.parting,
                    patience=PATIENCE_S,
                )
        except PaddockError as error:
            why = msg("{first}: {rest}", error, error.where) if error.where else error
            self._log.say(Noted(msg("where the models part was not found: {error}", why)))
            return report
        return report.located(found)

    def gather(self, report: Report) -> dict[str, Digests]:
        """Copy what has to be delivered out of the workspace; return nothing if all is there."""
        shipped = _shipped(self._specs, self._results)
        for file in _left_out(report):
            shipped.pop(file, None)
        with HashCache(self._project.state / "hashes.sqlite", self._target) as cache:
            paths = {name: self._target / name for name in shipped}
            found = {name: cache.sha256(path) for name, path in paths.items() if path.is_file()}
        expected = {name: artifact.sha256 for name, (_, artifact) in shipped.items()}
        beside, kit = self._beside(report), self._kit(report)
        if is_delivered(self._target, report, expected, found, beside, kit):
            return {}
        if self._target == self._project.out:  # again: the run may have taken hours
            self._faults = check_out(self._project, self._prepared.planner.ledger)
            refuse([fault for fault in self._faults if fault.problem != "missing"])
        shutil.rmtree(self._ready, ignore_errors=True)
        self._ready.mkdir(parents=True)
        for name, (stage, artifact) in shipped.items():
            expect = self._expected(stage, artifact)
            with (self._ready / name).open("wb") as sink:
                self._volumes().fetch(expect.place_in_container, sink)
            _check(expect, hash_file(self._ready / name))
        return complete(self._ready, report, beside, kit)

    def _beside(self, report: Report) -> Beside:
        """Return what the page shows beside the report: the images, and what differs from an earlier run."""
        run = run_folder(self._project.state, self._completed.run)
        ledger, state, member = (
            self._prepared.planner.ledger,
            self._project.state,
            self._project.member,
        )
        before = with_last_other(state, ledger, report, read_side(run, ledger.entries), member)
        return Beside(self._project.data_root, before)

    def _kit(self, report: Report) -> dict[str, bytes]:
        """Return the files of the kit by their path in ``out/``; none if there is no kit."""
        if not report.verdict.delivers or GOLDEN_FILES not in self._paths("verify"):
            return {}
        golden, files, preprocess = (
            self._read("verify", name) for name in (GOLDEN, GOLDEN_FILES, PREPROCESS)
        )
        try:
            kit = make_kit(KitSource(golden, files, preprocess, files_for_phones(report)))
        except NoKitError as error:
            self._log.say(Noted(msg("no kit for a phone: {error}", text_of(error))))
            return {}
        return {f"{FOLDER}/{name}": data for name, data in kit.items()}

    def _paths(self, stage: str) -> set[str]:
        """Return the names of the artifacts that a stage left."""
        made = self._results[stage].artifacts if stage in self._results else ()
        return {artifact.path for artifact in made}

    def keep(self, report: Report) -> None:
        """Keep the report beside the run's events, and what shows the images that it tells of."""
        write_text(self._folder / REPORT_FILE, report.dump())
        for spec in self._specs:
            made = self._results[spec.name].artifacts if spec.name in self._results else ()
            for artifact in made:
                if artifact.path in spec.kept:
                    self._keep_file(spec.name, artifact)

    def put_down(self, report: Report, files: Mapping[str, Digests]) -> None:
        """Say in the ledger what will be where, before it is there: a crash leaves no unknown file."""
        kept = self._folder / REPORT_FILE
        written = {kept: hash_file(kept)}
        if report.verdict.delivers:
            written |= {self._target / name: digests for name, digests in files.items()}
        if report.passed:
            text = self._completed.lock.encode("utf-8")
            written[lock_of(self._project)] = digests_of(text)
        conclusion = Conclusion(
            time=now(),
            run=self._completed.run,
            workspace=self._prepared.planner.workspace,
            verdict=report.verdict.value,
            stages={stage: result.key for stage, result in self._results.items()},
            files={
                path.relative_to(self._project.folder).as_posix(): digests
                for path, digests in written.items()
            },
            refused=_left_out(report),
            member=self._project.member,
        )
        self._prepared.planner.ledger.append(conclusion)

    def put_out(self, files: Mapping[str, Digests]) -> None:
        """Put what was gathered in its place, and say what had gone missing there."""
        if files:
            if missing := [Path(fault.expected.path).name for fault in self._faults]:
                said = msg(
                    "missing from {folder}/, delivered again: {missing}",
                    self._out_name,
                    ", ".join(missing),
                )
                self._log.say(Noted(said))
            delivery = deliver(self._target, self._ready)
            self._log.say(Delivered(str(delivery.folder), delivery.files))
        if self._target == self._project.out:
            withdraw(self._failed)  # it tells of a run that this one has put right
        elif self._project.out.exists():
            said = msg("{folder}/ still holds the last model that passed", self._out_name)
            self._log.say(Noted(said))

    def write_lock(self) -> None:
        """Write the lock if it would change."""
        path = lock_of(self._project)
        if would_change(path, self._completed.lock):
            path.parent.mkdir(exist_ok=True)
            write_text(path, self._completed.lock)

    @property
    def _out_name(self) -> str:
        return self._project.out.relative_to(self._project.folder).as_posix()

    @property
    def _ready(self) -> Path:
        return self._folder / "out"

    def _expected(self, stage: str, artifact: Artifact) -> Expected:
        result = self._results[stage]
        entry = self._prepared.planner.ledger.find(result.key, self._prepared.planner.workspace)
        if entry is None:
            raise AssertionError(f"{stage} has a result that the ledger does not know")
        return result_file(entry, artifact, self._project.member)

    def _needed(self, kind: type[Left]) -> Left:
        """Return a document that a run which compared models leaves.

        Raises:
            DocumentError: no stage left it.
        """
        found = self._document(kind)
        if found is None:
            raise DocumentError(msg("{file} was left by no stage", kind.FILE))
        return found

    def _document(self, kind: type[Left]) -> Left | None:
        """Return a document that a stage left; None if none that ran leaves it."""
        for spec in self._specs:
            if kind.FILE in spec.documents and spec.name in self._results:
                return kind.from_json(self._read(spec.name, kind.FILE))
        return None

    def _read(self, stage: str, name: str) -> bytes:
        """Return a small artifact."""
        return self._kept(stage, self._results[stage].artifact(name)).read_bytes()

    def _keep_file(self, stage: str, artifact: Artifact) -> None:
        """Keep an artifact for whoever looks at the run, unless it would fill the disk."""
        if artifact.size <= LARGEST_KEPT:
            self._kept(stage, artifact)
            return
        self._log.say(
            Noted(
                msg(
                    "{file} ({size}) is not kept on the host: only what was misread can be looked at",
                    artifact.path,
                    human_size(artifact.size),
                )
            )
        )

    def _kept(self, stage: str, artifact: Artifact) -> Path:
        """Return an artifact's copy on the host, found by hash so that a cached run opens no container."""
        kept = kept_file(self._project.state, artifact.sha256)
        if not kept.is_file() or hash_file(kept).sha256 != artifact.sha256:
            expect, buffer = self._expected(stage, artifact), io.BytesIO()
            self._volumes().fetch(expect.place_in_container, buffer)
            _check(expect, digests_of(buffer.getvalue()))
            kept.parent.mkdir(exist_ok=True)
            write_bytes(kept, buffer.getvalue())
        return kept


def _left_out(report: Report) -> tuple[str, ...]:
    """Return the NB files that are not delivered though others are; where all failed, one can look at all."""
    if not report.verdict.delivers:
        return ()
    found = map(Variant.of_model, report.refused)
    return tuple(variant.file for variant in found if variant)


def _check(expected: Expected, found: Digests) -> None:
    if fault := compare(expected, found):
        refuse([fault])


def _shipped(
    specs: Iterable[StageSpec], results: Mapping[str, Result]
) -> dict[str, tuple[str, Artifact]]:
    """Return what ships: file name -> (stage, artifact)."""
    return {
        item.path: (spec.name, item)
        for spec in specs
        if spec.name in results
        for item in results[spec.name].artifacts
        if spec.is_shipped(item.path)
    }
