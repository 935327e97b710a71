"""The ledger and what phones measured held against themselves, and against the runs that are remembered."""

from __future__ import annotations

from pathlib import Path

from pipeline.errors import IntegrityFailed
from pipeline.integrity.faults import Fault, Problem
from pipeline.integrity.record import host_file
from pipeline.project import Project
from pipeline.record.devices import read_devices
from pipeline.record.events import Envelope, RunFinished
from pipeline.record.ledger import Ledger
from pipeline.record.runs import RunFolder, list_runs
from stages.message import msg, text_of

LEDGER_FILE, _DEVICES_FILE = ".paddock/ledger.jsonl", ".paddock/devices.jsonl"
#: More than the last event of a run is long.
_TAIL = 1 << 16


def check_ledger(project: Project, ledger: Ledger) -> tuple[Fault, ...]:
    """Return what is wrong with the ledger: a changed line, a torn one, or an end that was cut off."""
    if line := ledger.broken:
        said = msg(
            "line {line} of the ledger, or what was before it, is not what was written", line
        )
        return (_fault("changed", ledger, said),)
    if ledger.torn:
        said = msg("the last line of the ledger was cut short: what it said is made again")
        return (_fault("truncated", ledger, said),)
    known = {conclusion.run for conclusion in ledger.conclusions}
    if not known and ledger.entries:
        return ()  # of a version that did not put down how runs ended
    compared = next(filter(_compared, list_runs(project.state)), None)
    if compared is None or compared.name in known:
        return ()
    if not (project.folder / LEDGER_FILE).is_file():
        return (_fault("missing", ledger, msg("the ledger is missing: every stage runs again")),)
    said = msg("the end of the ledger was cut off: it does not know run {compared}", compared.name)
    return (_fault("truncated", ledger, said),)


def check_devices(project: Project) -> tuple[Fault, ...]:
    """Return what is wrong with the record of what phones measured."""
    try:
        read_devices(project.state)
    except IntegrityFailed as error:
        return (Fault("changed", host_file(_DEVICES_FILE, None), said=text_of(error)),)
    return ()


def _fault(problem: Problem, ledger: Ledger, said: str) -> Fault:
    return Fault(problem, host_file(LEDGER_FILE, ledger.last_good()), said=said)


def _compared(run: RunFolder) -> bool:
    """Return whether the run got so far as to a verdict."""
    last = _last_line(run.events)
    try:
        event = Envelope.decode(last).event
    except ValueError:
        return False
    return isinstance(event, RunFinished) and bool(event.verdict)


def _last_line(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            stream.seek(max(0, path.stat().st_size - _TAIL))
            lines = stream.read().splitlines()
    except OSError:
        return ""
    return lines[-1].decode("ascii", "replace") if lines else ""
