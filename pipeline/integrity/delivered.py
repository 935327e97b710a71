"""What runs wrote into the project, held against the record: ``out/``, the lock, kept reports."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pipeline.integrity.faults import Expected, Fault, compare
from pipeline.integrity.record import deliveries, expected_out, in_out, is_inside, written_files
from pipeline.project import Project
from pipeline.record.ledger import Conclusion, Ledger
from pipeline.record.sums import sums_of
from stages.contract import Digests
from stages.files import sha256_of


def check_written(folder: Path, expected: Iterable[Expected]) -> tuple[Fault, ...]:
    """Hash files of the project in ``folder`` and hold them against the record."""
    faults = (compare(file, digests_of_file(folder / file.path)) for file in expected)
    return tuple(fault for fault in faults if fault)


def check_out(project: Project, ledger: Ledger) -> tuple[Fault, ...]:
    """Return what is wrong with what was delivered last; nothing if nothing was.

    A whole earlier delivery is no fault: a crash leaves it, and the next run delivers.
    """
    runs = deliveries(project, ledger)
    if not project.out.is_dir():
        return ()
    if not runs:
        return check_written(project.folder, _by_sums(project))
    latest, *earlier = (_out_files(project, run) for run in reversed(runs))
    faults = check_written(project.folder, latest)
    if not faults or any(not check_written(project.folder, files) for files in earlier):
        return ()
    return faults


def _out_files(project: Project, run: Conclusion) -> list[Expected]:
    return [file for file in written_files(run) if in_out(project, file.path)]


def _by_sums(project: Project) -> list[Expected]:
    """Take what ``SHA256SUMS`` says where the ledger was lost."""
    return [
        expected_out(project, name, Digests(-1, "", sha256))
        for name, sha256 in sums_of(project.out).items()
        if is_inside(name)
    ]


def digests_of_file(path: Path) -> Digests | None:
    """Return size and SHA-256 of a file, or None if it is not there or cannot be read."""
    try:
        size, sha256 = sha256_of(path)
    except OSError:
        return None
    return Digests(size, "", sha256)
