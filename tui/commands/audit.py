"""``paddock audit``"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipeline.errors import Interrupted
from pipeline.integrity.faults import Fault
from pipeline.integrity.identify import Identity, identify
from pipeline.plan.lockfile import LOCK_FILE, read_lock
from pipeline.plan.locks_compared import StageCompared, compare_locks
from pipeline.project import Project, load_project
from pipeline.record.ledger import Ledger
from pipeline.run.audit import AuditReport, audit
from pipeline.text import human_seconds, human_size, one_line
from stages.contract import Exit
from tui.console import Terminal
from tui.language import _, ngettext, translated
from tui.stopping import stopped_by_signals

DESCRIPTION = """\
Hash again what the last good run left and what a run would take now: the results and uploads in the
volumes, the project's own files, out/, paddock.lock, the kept reports and the ledger. Every file that is
not as it was recorded is named, with who made it, when, and what to do. Nothing is changed. Exit code 5 if
anything differs."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("project", nargs="?", default=".", metavar="PROJECT")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--file",
        action="append",
        default=[],
        type=Path,
        metavar="NB",
        help="say instead whether a .nb file is the project's (may be repeated)",
    )
    parser.add_argument(
        "--same-as",
        type=Path,
        metavar="LOCK",
        help="say instead whether the stages made the same bytes as in this paddock.lock, of another "
        "machine or day, and which made others first",
    )


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Audit and print what was found."""
    project = load_project(Path(options.project))
    if options.file:
        return _identify([identify(project, file) for file in options.file], options, terminal)
    if options.same_as:
        stages = compare_locks(read_lock(options.same_as), read_lock(project.folder / LOCK_FILE))
        return _compare(project, stages, options, terminal)
    stop = stopped_by_signals()
    try:
        report = audit(project, os.environ, terminal.pass_on, stop)
    except Interrupted:
        stop.check()
        raise
    if options.json:
        terminal.document(_as_json(report))
    else:
        _show(report, terminal)
    return Exit.INTEGRITY if report.faults else Exit.OK


def _identify(found: Sequence[Identity], options: argparse.Namespace, terminal: Terminal) -> int:
    """Print what files are; return exit code 5 if one is not the last good run's."""
    if options.json:
        body = {"schema_version": 1, "files": [_identity_as_json(item) for item in found]}
        terminal.document(body)
    else:
        for item in found:
            _show_identity(item, terminal)
    return Exit.OK if all(item.kind == "current" for item in found) else Exit.INTEGRITY


def _compare(
    project: Project,
    stages: Sequence[StageCompared],
    options: argparse.Namespace,
    terminal: Terminal,
) -> int:
    """Print which stages made the same bytes; return exit code 5 if one did not."""
    if options.json:
        body = {
            "schema_version": 1,
            "stages": [{**asdict(item), "same": item.same} for item in stages],
        }
        terminal.document(body)
    else:
        for item in stages:
            _show_compared(item, terminal)
        _show_first(project, [item.stage for item in stages if not item.same], terminal)
    return Exit.OK if all(item.same for item in stages) else Exit.INTEGRITY


def _show_compared(found: StageCompared, terminal: Terminal) -> None:
    if found.same:
        said = ngettext(
            "✔ {stage}: the same bytes in {count} file",
            "✔ {stage}: the same bytes in all {count} files",
            found.files,
        )
        terminal.print(said.format(stage=found.stage, count=found.files), "green")
        return
    if found.changes is None:
        terminal.print(_("✘ {stage}: only one lock has it").format(stage=found.stage), "bold red")
        return
    said = _("✘ {stage}: other bytes in {files}")
    files = ", ".join(map(one_line, found.differing))
    terminal.print(said.format(stage=found.stage, files=files), "bold red")
    for change in found.changes:
        terminal.print(f"    {one_line(translated(change))}")


def _show_first(project: Project, other: Sequence[str], terminal: Terminal) -> None:
    """Say which stage the cause is to be looked for in, and on what processor it ran here."""
    if not other:
        return
    entry = Ledger(project.state / "ledger.jsonl").last(other[0])
    processor = one_line(entry.result.environment.get("cpu", "")) if entry else ""
    said = _("{stage} differs first; here it ran on: {processor}")
    terminal.print(said.format(stage=other[0], processor=processor or _("not known")), "bold red")
    terminal.print("    " + _("what decides bytes: {page}").format(page="docs/reproducibility.md"))


def _show_identity(found: Identity, terminal: Terminal) -> None:
    good = found.kind == "current"
    mark, style = ("✔", "green") if good else ("✘", "bold red")
    terminal.print(f"{mark} {translated(found.sentence)}", style)
    if found.target:
        said = _("target {target}, opt {version}, SHA-256 {sha256}")
        values = {"target": found.target, "version": found.opt_version}
        terminal.print("    " + said.format(**values, sha256=found.digests.sha256))
    if found.needs:
        said = _("to load it: {needs}")
        terminal.print("    " + said.format(needs=translated(found.needs.sentence)))
    if found.pitfall:
        _why(found.pitfall, terminal)


def _identity_as_json(found: Identity) -> dict[str, Any]:
    return {**asdict(found), "pitfall": found.pitfall}


def _why(pitfall: str, terminal: Terminal) -> None:
    terminal.print("    " + _("why: {command}").format(command=f"paddock explain {pitfall}"))


def _show(report: AuditReport, terminal: Terminal) -> None:
    for fault in report.faults:
        _show_fault(fault, terminal)
    values = {
        "files": report.checked,
        "size": human_size(report.size),
        "time": human_seconds(report.seconds),
    }
    if not report.faults:
        said = _("✔ all {files} files are as they were recorded: {size} in {time}")
        terminal.print(said.format(**values), "green")
        return
    said = ngettext(
        "{count} fault in {files} files: {size} in {time}",
        "{count} faults in {files} files: {size} in {time}",
        len(report.faults),
    )
    terminal.print(said.format(count=len(report.faults), **values), "bold red")


def _show_fault(fault: Fault, terminal: Terminal) -> None:
    terminal.print(f"✘ {translated(fault.sentence)}", "bold red")
    terminal.print(f"    {translated(fault.maker)}")
    terminal.print("    " + _("do: {remedy}").format(remedy=translated(fault.expected.remedy)))
    _why(fault.pitfall, terminal)


def _as_json(report: AuditReport) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "run": report.run,
        "checked": report.checked,
        "size": report.size,
        "seconds": report.seconds,
        "faults": [_fault_as_json(fault) for fault in report.faults],
    }


def _fault_as_json(fault: Fault) -> dict[str, Any]:
    expected = fault.expected
    return {
        "place": expected.place,
        "file": expected.path,
        "problem": fault.problem,
        "message": fault.sentence,
        "expected": _known(asdict(expected.digests)),
        "found": _known(asdict(fault.found)) if fault.found else None,
        "made_by": expected.made_by,
        "run": expected.run,
        "time": expected.time,
        "remedy": expected.remedy,
        "pitfall": fault.pitfall,
    }


def _known(digests: dict[str, Any]) -> dict[str, Any]:
    """Leave out what was not recorded."""
    return {name: value for name, value in digests.items() if value not in ("", -1)}
