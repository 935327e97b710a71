"""What a member's run left: sent by the node, and taken into the project of whoever attaches.

The files of a result have names of their own, from which the place in the project follows: nothing that is
fetched says where it goes.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from pipeline.errors import IntegrityFailed
from pipeline.integrity.delivered import check_out
from pipeline.integrity.faults import refuse
from pipeline.package.manifest import Layer
from pipeline.plan.lockfile import lock_name, lock_of
from pipeline.project import Project
from pipeline.record.kept import kept_file
from pipeline.record.ledger import Conclusion, Entry, Ledger
from pipeline.record.runs import RunFolder, run_folder
from pipeline.registry.client import Registry
from pipeline.run.connect import Connected
from pipeline.run.deliver import deliver, withdraw
from pipeline.swarm.artifact import Opened, fetch_all, file_layer, look, send
from pipeline.swarm.order import RESULT, Answer, Job, Order, no_result, parse_answer
from stages.contract import Exit, hash_file
from stages.files import write_bytes
from stages.message import msg

_LEDGER, _LOCK = "ledger.jsonl", "lock"
_RUN, _KEPT, _DELIVERED = "run/", "kept/", "delivered/"
_TITLES = re.compile(rf"{re.escape(_LEDGER)}|{_LOCK}|{_KEPT}[0-9a-f]{{64}}|({_RUN}|{_DELIVERED}).+")


def send_result(
    registry: Registry, project: Project, order: Order, job: Job, code: Exit, node: str
) -> str:
    """Send what the member's run left; return the digest.

    Raises:
        RegistryFailed: the registry does not take it.
    """
    folder = _delivered(project)
    answer = Answer(
        sweep=order.sweep,
        member=job.member,
        run=job.run,
        code=int(code),
        node=node,
        delivered="" if folder is None else "out" if folder == project.out else "failed",
    )
    layers = dict(_layers(project, job.run, folder))
    return send(
        registry, order.result_tag(job.member), RESULT, answer.dump(), layers, lambda _text: None
    )


def _delivered(project: Project) -> Path | None:
    return next((it for it in (project.out, project.failed) if it.is_dir()), None)


def _layers(project: Project, run: str, folder: Path | None) -> Iterator[tuple[Layer, Opened]]:
    found = {_LEDGER: project.state / _LEDGER, _LOCK: lock_of(project)}
    found |= _files(_RUN, run_folder(project.state, run).path)
    found |= _files(_KEPT, project.state / "cache")
    found |= _files(_DELIVERED, folder) if folder else {}
    for title, path in found.items():
        if path.is_file():
            yield file_layer(title, path)


def _files(prefix: str, folder: Path) -> dict[str, Path]:
    return {
        f"{prefix}{path.relative_to(folder).as_posix()}": path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


class ChangedHere(IntegrityFailed):
    """What an earlier run delivered here was changed since: what is to take its place has to wait."""


def refuse_changed(project: Project, ledger: Ledger) -> None:
    """Refuse to put a result where a user changed what was delivered.

    Raises:
        ChangedHere: somebody did; what is missing comes again.
    """
    try:
        refuse([it for it in check_out(project, ledger) if it.problem != "missing"])
    except IntegrityFailed as error:
        raise ChangedHere(error.message, error.where, error.remedy, error.pitfall) from None


def take_result(
    registry: Registry, tag: str, connected: Connected, project: Project, expected: tuple[str, str]
) -> Answer:
    """Fetch a member's result and put it where a run of this project would have.

    In the order of a run: what is in the ledger, then what it says is there. Done again, it changes nothing.

    Args:
        registry: has it.
        tag: leads to it.
        connected: whose ledger it goes into.
        project: the member's.
        expected: sweep and run that it must be of.

    Raises:
        RegistryFailed: it cannot be had.
        ChangedHere: what was delivered before was changed since.
        IntegrityFailed: it is not what its digest, its ledger or its order says.
    """
    manifest, document = look(registry, tag, RESULT)
    answer = parse_answer(document)
    if (answer.sweep, answer.run, answer.member) != (*expected, project.member):
        raise IntegrityFailed(msg("the result is another member's"), tag)
    for layer in manifest.layers:
        if not _TITLES.fullmatch(layer.title):
            raise no_result(layer.title)
    refuse_changed(project, connected.ledger)
    project.state.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=project.state, prefix="taken-") as name:
        scratch = Path(name)
        for title, path in fetch_all(registry, manifest, scratch).items():
            target = scratch / "tree" / title
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(target)
        _Taken(scratch / "tree", project, answer).put(connected.ledger)
    return answer


class _Taken:
    """A result on this machine, not yet in its place."""

    def __init__(self, tree: Path, project: Project, answer: Answer) -> None:
        self._tree, self._project, self._answer = tree, project, answer
        self._run = run_folder(project.state, answer.run)
        self._is_good = answer.delivered == "out"
        self._folder = project.out if self._is_good else project.failed

    def put(self, ledger: Ledger) -> None:
        """Put all of it in its place."""
        entries, conclusions = self._recorded()
        self._check(conclusions)
        for path in self._tree.glob(f"{_KEPT}*"):
            kept = kept_file(self._project.state, path.name)
            if hash_file(path).sha256 == path.name and not kept.is_file():
                kept.parent.mkdir(exist_ok=True)
                path.rename(kept)
        _replace(self._tree / _RUN, self._run)
        known = {(entry.run, entry.key) for entry in ledger.entries}
        for entry in entries:
            if (entry.run, entry.key) not in known:
                ledger.append(entry)
        if self._answer.run not in {it.run for it in ledger.conclusions}:
            for conclusion in conclusions:
                ledger.append(conclusion)
        if (delivered := self._tree / _DELIVERED).is_dir():
            deliver(self._folder, delivered)
        if self._is_good:
            withdraw(self._project.failed)  # as a run here does
        if (lock := self._tree / _LOCK).is_file():
            target = lock_of(self._project)
            target.parent.mkdir(exist_ok=True)
            write_bytes(target, lock.read_bytes())

    def _recorded(self) -> tuple[list[Entry], list[Conclusion]]:
        """Return what the node's ledger says of this run, if nobody changed it."""
        ledger = Ledger(self._tree / _LEDGER)
        ledger.check()
        run = self._answer.run
        entries = [entry for entry in ledger.entries if entry.run == run]
        mine = [
            it for it in ledger.conclusions if (it.run, it.member) == (run, self._answer.member)
        ]
        return entries, mine

    def _check(self, conclusions: list[Conclusion]) -> None:
        """Hold the files that the run delivered against what it wrote into its ledger."""
        places = dict(self._places())
        recorded = {name: it for conclusion in conclusions for name, it in conclusion.files.items()}
        folder = self._tree / _DELIVERED
        delivered = {
            name
            for name, path in places.items()
            if self._is_good
            and path.is_relative_to(folder)  # of what failed a ledger has no hashes
        }
        for name in sorted({*recorded, *delivered}):
            path, digests = places.get(name), recorded.get(name)
            if path is None or not path.is_file() or hash_file(path) != digests:
                raise IntegrityFailed(
                    msg("{name} is not what the member's run delivered", name),
                    remedy=msg("run the member again: paddock sweep --member NAME"),
                )

    def _places(self) -> Iterator[tuple[str, Path]]:
        """Give the path in the project, and the file here, of all that a run writes there."""
        project = self._project
        yield lock_name(project), self._tree / _LOCK
        for prefix, place in ((_RUN, self._run.path), (_DELIVERED, self._folder)):
            for name, path in _files("", self._tree / prefix).items():
                yield (place / name).relative_to(project.folder).as_posix(), path


def _replace(made: Path, run: RunFolder) -> None:
    """Put the whole record of a run in the place of what of it was heard so far."""
    if not made.is_dir():
        return
    run.path.parent.mkdir(exist_ok=True)
    shutil.rmtree(run.path, ignore_errors=True)
    made.rename(run.path)


def entries_of(ledger: Ledger, run: str) -> Mapping[str, Entry]:
    """Return what a run made elsewhere, by key."""
    return {entry.key: entry for entry in ledger.entries if entry.run == run}
