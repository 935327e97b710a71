"""The inputs volume: every upload is named by the hash of its manifest, and held against it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from pipeline.integrity.faults import Expected, Fault, compare
from pipeline.integrity.record import force
from pipeline.plan.inputs import FromProject
from pipeline.plan.planner import Planner
from pipeline.record.ledger import Entry
from pipeline.run.rehash import UploadedTree
from stages.contract import MANIFEST_FILE, Digests
from stages.message import msg


def check_uploads(
    planner: Planner, trees: Iterable[UploadedTree], members: Mapping[str, str]
) -> tuple[Fault, ...]:
    """Return what is wrong with uploaded files.

    A tree that a result was made from has to be there; a single file may have had another name then.

    Args:
        planner: whose ledger says which stages took what.
        trees: all complete uploads, hashed again.
        members: the keys of results that only a sweep's member stands on, and which.
    """
    uses, of_members = _uses(planner), _commands(planner, members)
    known = {tree.folder: tree for tree in trees}
    faults = [
        compare(
            _expected(fault.path, fault.expected, uses.get(folder), of_members.get(folder.name)),
            fault.found,
        )
        for folder, tree in known.items()
        for fault in tree.faults
    ]
    faults += [
        compare(_expected(folder / MANIFEST_FILE, use.source.upload.sha256, use), None)
        for folder, use in uses.items()
        if folder not in known and use.source.tree and use.entry
    ]
    return tuple(fault for fault in faults if fault)


@dataclass(frozen=True)
class _Use:
    """The first stage that takes an upload now, and its result that was made from it, if there is one."""

    stage: str
    source: FromProject
    entry: Entry | None


def _uses(planner: Planner) -> dict[PurePosixPath, _Use]:
    uses: dict[PurePosixPath, _Use] = {}
    for wire in planner.wires:
        for name, source in wire.inputs.items():
            if isinstance(source, FromProject):
                entry = _made_from(planner, wire.stage, source.as_input(name).sha256)
                uses.setdefault(source.upload.folder, _Use(wire.stage, source, entry))
    return uses


def _made_from(planner: Planner, stage: str, sha256: str) -> Entry | None:
    """Return the first result in this workspace that was made from an input with this hash."""
    for entry in planner.ledger.held(planner.workspace):
        made = entry.components
        if made.stage == stage and sha256 in made.inputs.values():
            return entry
    return None


def _commands(planner: Planner, members: Mapping[str, str]) -> dict[str, str]:
    """Return what uploads the inputs again that members of a sweep took, by their hashes."""
    return {
        sha256: force([entry.components.stage], member)
        for entry in reversed(planner.ledger.held(planner.workspace))  # what was made first counts
        if (member := members.get(entry.key))
        for sha256 in entry.components.inputs.values()
    }


def _expected(
    path: PurePosixPath, sha256: str, use: _Use | None, of_member: str | None = None
) -> Expected:
    if use is None:
        made_by, entry = msg("an earlier upload"), None
        remedy = (
            msg("upload it again: {force}", of_member)
            if of_member
            else msg(
                "no run takes it any more; paddock clean --volumes removes it with all results"
            )
        )
    else:
        made_by, entry = use.source.upload.made_by, use.entry
        remedy = msg("upload it again: {force}", force([use.stage]))
    run, time = (entry.run, entry.time) if entry else ("", "")
    return Expected("inputs", str(path), Digests(-1, "", sha256), made_by, run, time, remedy)
