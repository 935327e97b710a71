"""Reading a run's record through the backend."""

from __future__ import annotations

from pathlib import Path

from pipeline.record.ledger import Entry
from pipeline.record.runs import RunFolder
from pipeline.report.words import EarlierReportError
from tui.backend import Backend
from tui.views.record import Record

Stamp = tuple[object, ...]


def stamp_of(backend: Backend, run: RunFolder | None) -> Stamp:
    """Return what changes whenever :func:`read_record` would say something else; cheap."""
    own = backend.report_file(run) if run else None
    path = own or backend.report_file()
    ledger, devices = (backend.state / name for name in ("ledger.jsonl", "devices.jsonl"))
    return (
        run.name if run else "",
        *(state_of(file) for file in (path, ledger, devices) if file is not None),
    )


def state_of(path: Path) -> tuple[str, int, int]:
    """Return what changes when the file does."""
    try:
        status = path.stat()
    except OSError:
        return str(path), 0, 0
    return str(path), status.st_mtime_ns, status.st_size


def read_record(backend: Backend, run: RunFolder | None) -> Record:
    """Read the run's own report, or the newest one that was delivered, and the ledger. May take time."""
    report, earlier = None, ""
    for asked in (run, None) if run else (None,):
        try:
            report = backend.report(asked)
        except EarlierReportError as error:
            earlier = earlier or error.run
        if report is not None:
            break
    is_own = report is not None and run is not None and report.run == run.name
    return Record(report, is_own, _entries(backend), earlier)


def _entries(backend: Backend) -> tuple[Entry, ...]:
    try:
        return backend.entries()
    except OSError:  # not ours to read
        return ()
