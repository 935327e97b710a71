"""A report by what somebody calls it: a run's name, a folder, or the file itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.record.runs import RunFolder, list_runs, run_folder
from pipeline.report.model import REPORT_FILE, Report, ReportError, load_report
from pipeline.report.reports_compared import ledger_of, side_of, side_of_run
from pipeline.report.runs_compared import Side
from stages.message import msg

STATE = ".paddock"
#: Where a folder has reports: a run's own folder, and a project's.
_PLACES = (
    REPORT_FILE, f"out/{REPORT_FILE}", f"out.failed/{REPORT_FILE}", f"{STATE}/runs/*/{REPORT_FILE}",
)  # fmt: skip


@dataclass(frozen=True)
class Found:
    """A report, what is known of its run, and where that has its record; None of a report that lies alone."""

    report: Report
    side: Side
    run: RunFolder | None = None


def find(name: str, project: Path) -> Found:
    """Return the report that is called so.

    Args:
        name: of a run of the project (its beginning or end is enough), or the path of a folder or a file.
        project: the folder whose runs are meant by a name.

    Raises:
        UsageError: there is none, or it cannot be read.
    """
    path = Path(name)
    if path.is_dir():
        return newest(path)
    if path.is_file():
        return _at(path)
    known = list_runs(project / STATE)
    runs = [run for run in known if run.name.startswith(name) or run.name.endswith(name)]
    remedy = msg("name a run's folder in {folder}, or a report.json", project / STATE / "runs")
    if len(runs) > 1:
        raise UsageError(
            msg("{count} runs begin or end with {name}", len(runs), name), remedy=remedy
        )
    if not runs:
        raise UsageError(
            msg("there is no run, folder or file {name}", repr(name)), str(project), remedy
        )
    if runs[0].report is None:
        message = msg("the run has no report: it ended before the models were compared")
        raise UsageError(message, str(runs[0].path), remedy)
    return _at(runs[0].report)


def newest(folder: Path) -> Found:
    """Return the newest report of a folder: a project's (one that failed or was refused, too), or a run's.

    What the members of a sweep came to is not the project's own: they have folders of their own.

    Raises:
        UsageError: there is none, or it cannot be read.
    """
    found = [path for each in _PLACES for path in folder.glob(each) if path.is_file()]
    members = ledger_of(folder / STATE).members
    own = [path for path in found if not members.get(path.parent.name)]
    if not own:
        raise _no_report(folder, of_members=bool(found))
    return _at(max(own, key=lambda path: path.stat().st_mtime))


def _no_report(folder: Path, *, of_members: bool) -> UsageError:
    where = "" if folder == Path() else str(folder)
    if of_members:
        return UsageError(
            msg("the project itself has no report yet, only members of its sweep have some"),
            where,
            msg("name one: paddock report --run out.sweep/MEMBER; all in one: paddock sweep table"),
        )
    return UsageError(msg("there is no report yet"), where, msg("run first: paddock --batch"))


def runs_of(state: Path, member: str = "") -> tuple[RunFolder, ...]:
    """Return the runs of the project itself, or those of a sweep's ``member``; the newest first."""
    members = ledger_of(state).members
    return tuple(run for run in list_runs(state) if members.get(run.name, "") == member)


def _at(path: Path) -> Found:
    report = _read(path)
    run = _run_of(path.resolve(), report)
    side = side_of(report) if run is None else replace(side_of_run(run), report=report)
    return Found(report, side, run)


def _run_of(path: Path, report: Report) -> RunFolder | None:
    """Return the run that a report lies with, if its record is there and has this very report."""
    above = path.parent.parent
    # .paddock/runs/RUN, or out, or out.sweep/MEMBER
    for state in (above.parent, above / STATE, above.parent / STATE):
        try:
            run = run_folder(state, report.run)
            if run.report is not None and run.report.read_bytes() == path.read_bytes():
                return run
        except (ValueError, OSError):  # the name of no run, or a record that cannot be read
            return None
    return None


def _read(path: Path) -> Report:
    """Return the report in a file.

    Raises:
        UsageError: it is none.
    """
    try:
        return load_report(path)
    except ReportError as error:
        message = msg("the report cannot be read: {error}", error)
        raise UsageError(message, str(path), msg("run again: paddock --batch")) from error
