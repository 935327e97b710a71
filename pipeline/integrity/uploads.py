"""The inputs volume: every upload is named by the hash of its manifest, and held against it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from pipeline.inputs import Upload
from pipeline.integrity.faults import Expected, Fault, compare
from pipeline.integrity.record import force
from pipeline.integrity.rehash import UploadedTree
from pipeline.ledger import Entry, Ledger
from pipeline.wiring import FromProject, Wire
from stages.contract import MANIFEST_FILE, Digests


def check_uploads(
    ledger: Ledger, wires: Iterable[Wire], trees: Iterable[UploadedTree]
) -> tuple[Fault, ...]:
    """Return what is wrong with uploaded files.

    Args:
        ledger: which stages took what.
        wires: what the project would upload now.
        trees: all complete uploads, hashed again.
    """
    uses = _uses(wires)
    known = {tree.folder: tree for tree in trees}
    faults = []
    for folder, tree in known.items():
        for fault in tree.faults:
            expected = _expected(fault.path, fault.expected, uses.get(folder), ledger)
            faults.append(compare(expected, fault.found))
    for folder, (stage, upload) in uses.items():
        if folder not in known and _taken(ledger, stage, upload):
            path = folder / MANIFEST_FILE
            expected = _expected(path, upload.sha256, (stage, upload), ledger)
            faults.append(compare(expected, None))
    return tuple(fault for fault in faults if fault)


_Use = tuple[str, Upload]


def _uses(wires: Iterable[Wire]) -> dict[PurePosixPath, _Use]:
    """Return which stage is the first to take an upload, by the upload's folder."""
    uses: dict[PurePosixPath, _Use] = {}
    for wire in wires:
        for source in wire.inputs.values():
            if isinstance(source, FromProject):
                uses.setdefault(source.upload.folder, (wire.stage, source.upload))
    return uses


def _expected(path: PurePosixPath, sha256: str, use: _Use | None, ledger: Ledger) -> Expected:
    if use is None:
        made_by, entry = "an earlier upload", None
        remedy = "no run takes it any more; paddock clean --volumes removes it with all results"
    else:
        stage, upload = use
        made_by, entry = upload.made_by, _taken(ledger, stage, upload)
        remedy = f"upload it again: {force([stage])}"
    run, time = (entry.run, entry.time) if entry else ("", "")
    return Expected("inputs", str(path), Digests(-1, "", sha256), made_by, run, time, remedy)


def _taken(ledger: Ledger, stage: str, upload: Upload) -> Entry | None:
    """Return the first result that was made from the upload."""
    hashes = {upload.sha256, upload.as_file("").sha256}
    made = (entry for entry in ledger.entries if entry.components.stage == stage)
    return next((entry for entry in made if hashes & set(entry.components.inputs.values())), None)
