"""Is this ``.nb`` file, on a phone or in an app, one of the project's? By its hash, else by its weights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from pipeline.errors import UsageError
from pipeline.project import Project
from pipeline.record.ledger import Conclusion, Entry, Ledger
from pipeline.record.verdict import read_verdict
from pipeline.text import one_line
from stages.contract import Artifact, Digests, DocumentError, Lineage, Needs, digests_of
from stages.contract.artifacts import LINEAGE
from stages.contract.variant import Variant
from stages.errors import StageError
from stages.lite.kernels import target_of
from stages.lite.naive_buffer import NaiveBuffer, parse_naive_buffer
from stages.lite.needs import needs_of
from stages.message import msg, text_of
from stages.pitfalls import Pitfall

#: ``current``: of the last good run, byte by byte. ``refused``: of that run, which did not deliver its kind.
#: ``member``: of what a member of a sweep delivered last. ``earlier``: of an older run. ``rebuilt``: other
#: bytes, but all its weights are the project's. ``partly``: some are. ``foreign``: none is. ``damaged``: it
#: is no whole .nb file.
Kind = Literal["current", "refused", "member", "earlier", "rebuilt", "partly", "foreign", "damaged"]
_PITFALLS: dict[Kind, Pitfall] = {
    "member": Pitfall.STALE_FILE,
    "earlier": Pitfall.STALE_FILE,
    "rebuilt": Pitfall.CHANGED_ARTIFACT,
    "partly": Pitfall.STOCK_NB,
    "foreign": Pitfall.STOCK_NB,
    "damaged": Pitfall.CHANGED_ARTIFACT,
}
#: So many members are named that have the same file.
_NAMED = 5


@dataclass(frozen=True)
class Identity:
    """What a ``.nb`` file is.

    Args:
        file: as it was named.
        digests: its size and hashes.
        kind: in one word.
        sentence: the same for a person.
        target: what machine it is for, "" if that cannot be read.
        opt_version: of the ``opt`` that wrote it, "" if that cannot be read.
        tensors: how many it has.
        same: how many of them the last good run's files have too, whatever their names.
        needs: what an app needs to load it, None if that cannot be read.
    """

    file: str
    digests: Digests
    kind: Kind
    sentence: str
    target: str = ""
    opt_version: str = ""
    tensors: int = 0
    same: int = 0
    needs: Needs | None = None

    @property
    def pitfall(self) -> str:
        """The ID of the catalogue's entry, "" for a file of the last good run."""
        return str(_PITFALLS.get(self.kind, ""))


def identify(project: Project, file: Path) -> Identity:
    """Find out what ``file`` is. No engine is asked.

    Raises:
        UsageError: the file cannot be read, or no run of the project has passed.
        IntegrityFailed: the ledger was changed.
    """
    known = Identifier(project)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise UsageError(msg("cannot read it: {strerror}", error.strerror), str(file)) from error
    return known.identify(data, str(file), file.name)


class Identifier:
    """What a project's runs made, for as many files as there are to tell.

    Args:
        project: whose last good run is what ships.

    Raises:
        UsageError: no run of the project has passed.
        IntegrityFailed: the ledger was changed.
    """

    def __init__(self, project: Project) -> None:
        ledger = Ledger(project.state / "ledger.jsonl")
        ledger.check()
        self.good = _good(project, ledger)
        self._current = _current(project, ledger, self.good)
        self._ledger, self._project = ledger, project

    @cached_property
    def tensors(self) -> set[str]:
        """The fingerprints of all tensors of the last good run's ``.nb`` files."""
        return _fingerprints(self._project, self._current)

    def artifact(self, name: str) -> Artifact | None:
        """Return a file of the last good run by its name; None if it made none."""
        for key in self.good.stages.values():
            entry = self._ledger.find(key, self.good.workspace)
            for item in entry.result.artifacts if entry else ():
                if item.path == name:
                    return item
        return None

    def identify(self, data: bytes, file: str, name: str) -> Identity:
        """Find out what a file is.

        Args:
            data: its bytes.
            file: where it is.
            name: what a sentence calls it.
        """
        digests, name = digests_of(data), one_line(name)
        current = self._current
        made = _maker([current, *reversed(self._ledger.entries)], digests.sha256)
        try:
            nb = parse_naive_buffer(data, Path(name))
            target = one_line(target_of(nb))
        except StageError as error:
            return Identity(file, digests, "damaged", one_line(error.message))
        same = sum(1 for fingerprint in nb.fingerprints.values() if fingerprint in self.tensors)
        kind = _kind(made, current, nb, same)
        if kind == "current" and _is_left_out(current, self.good, digests.sha256):
            kind = "refused"
        of = self._members_with(made, digests.sha256) if made and kind == "earlier" else ()
        if made and of:
            kind, sentence = "member", _of_member(name, made, of)
        else:
            sentence = _sentence(name, kind, made or current, len(nb.tensors), same)
        version = one_line(nb.head.opt_version)
        tensors, needs = len(nb.tensors), needs_of(nb)
        return Identity(file, digests, kind, sentence, target, version, tensors, same, needs)

    def _members_with(self, made: Entry, sha256: str) -> tuple[str, ...]:
        """Return the members of a sweep whose latest delivery has the result's file of these bytes."""
        latest = {
            it.member: it
            for it in self._ledger.conclusions
            if it.member and (verdict := read_verdict(it.verdict)) and verdict.delivers
        }
        return tuple(
            member
            for member, it in latest.items()
            if made.key in it.stages.values() and not _is_left_out(made, it, sha256)
        )


def _maker(entries: Iterable[Entry], sha256: str) -> Entry | None:
    """Return the first result with a ``.nb`` file of these bytes."""
    for entry in entries:
        for artifact in entry.result.artifacts:
            if Variant.of_file(artifact.path) and artifact.sha256 == sha256:
                return entry
    return None


def _is_left_out(entry: Entry, good: Conclusion, sha256: str) -> bool:
    """Return whether the run delivered none of the result's files of these bytes."""
    names = [item.path for item in entry.result.artifacts if item.sha256 == sha256]
    return bool(names) and all(name in good.refused for name in names)


def _good(project: Project, ledger: Ledger) -> Conclusion:
    """Return the last good run.

    Raises:
        UsageError: no run has passed.
    """
    good = ledger.last_good()
    if good is None:
        remedy = msg("run it first: paddock --batch")
        if any(it.member for it in ledger.conclusions):
            remedy = msg(
                "members of its sweep have: write one's settings into paddock.toml, then run: paddock --batch"
            )
        raise UsageError(msg("no run of this project has passed yet"), str(project.folder), remedy)
    return good


def _current(project: Project, ledger: Ledger, good: Conclusion) -> Entry:
    """Return the result of the last good run that has its ``.nb`` files.

    Raises:
        UsageError: it made no such file.
    """
    for key in good.stages.values():
        entry = ledger.find(key, good.workspace)
        if entry and any(item.path.endswith(".nb") for item in entry.result.artifacts):
            return entry
    raise UsageError(msg("the last run that passed made no .nb file"), str(project.folder))


def _fingerprints(project: Project, current: Entry) -> set[str]:
    """Return the fingerprints of all tensors of the last good run's ``.nb`` files."""
    artifact = current.result.artifact(LINEAGE)
    kept = project.state / "cache" / artifact.sha256
    data = kept.read_bytes() if kept.is_file() else b""
    if digests_of(data).sha256 != artifact.sha256:
        remedy = msg("run again, which fetches it: paddock --batch")
        raise UsageError(
            msg("{lineage} of the last good run is not here", LINEAGE), str(kept), remedy
        )
    try:
        models = Lineage.from_json(data).models
    except DocumentError as error:
        remedy = msg("run again, which makes it anew: paddock --batch --force convert")
        raise UsageError(text_of(error), str(kept), remedy) from error
    return {fingerprint for model in models.values() for fingerprint in model.tensors.values()}


def _kind(made: Entry | None, current: Entry, nb: NaiveBuffer, same: int) -> Kind:
    if made:
        return "current" if made.key == current.key else "earlier"
    if not same:
        return "foreign"
    return "rebuilt" if same == len(nb.tensors) else "partly"


def _of_member(name: str, made: Entry, members: Sequence[str]) -> str:
    """Say whose a file is; what several members have is made once, so it may be of more than one."""
    told = one_line(", ".join(members[:_NAMED])) + (", …" if len(members) > _NAMED else "")
    return msg(
        "{name} is of the sweep's member {members}, made in run {run} ({time}), and not of the last run "
        "of the project itself: to ship a member, write its settings into paddock.toml and run",
        name,
        told,
        made.run,
        made.time,
    )


def _sentence(name: str, kind: Kind, entry: Entry, tensors: int, same: int) -> str:
    if kind == "current":
        return msg(
            "{name} is the file that run {run} made, the one to ship ({time})",
            name,
            entry.run,
            entry.time,
        )
    if kind == "refused":
        return msg(
            "{name} is of run {run} ({time}), and was not delivered: files of its kind are not good enough",
            name,
            entry.run,
            entry.time,
        )
    if kind == "earlier":
        return msg(
            "{name} is of run {run} ({time}), and not of the last run that passed",
            name,
            entry.run,
            entry.time,
        )
    if kind == "rebuilt":
        return msg(
            "{name} is no file of this project's runs, but all its {tensors} tensors are its own",
            name,
            tensors,
        )
    if kind == "foreign":
        return msg(
            "{name} is no file of this project: none of its {tensors} tensors is its own",
            name,
            tensors,
        )
    return msg(
        "{name} is no file of this project: {same} of its {tensors} tensors are this "
        "project's, {tensors2} are not",
        name,
        same,
        tensors,
        tensors - same,
    )
