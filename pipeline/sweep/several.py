"""A sweep over several projects: each is swept as it would be alone, and one table shows all of them.

Each project keeps its own lock, ledger, volumes and ``out.sweep/``; one that is broken or busy stops no
other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import PaddockError
from pipeline.project.schema import OUT_OF_SWEEP
from pipeline.project.several import SeveralProjects
from pipeline.record.events import Envelope, RunFailed
from pipeline.record.runlock import LOCK_NAME, run_lock
from pipeline.run.options import StopSwitch
from pipeline.sweep.deliver import write_table
from pipeline.sweep.drive import Asked, Audience, Given, SweepEnd, refuse_unknown, sweep
from pipeline.sweep.table import Row, Table, ranked
from stages.contract import Exit
from stages.message import msg, text_of

STATE = ".paddock"


@dataclass
class _Project:
    """A project of the file, and what became of it; ``given`` is missing if it could not begin."""

    name: str
    folder: Path
    given: Given | None = None
    end: SweepEnd | None = None
    why: str = ""
    code: Exit = Exit.OK

    def fail(self, error: PaddockError | OSError) -> None:
        """Put down why it could not go on."""
        if isinstance(error, OSError):
            self.why, self.code = str(error), Exit.STAGE
            return
        self.why = (
            msg("{first}: {rest}", text_of(error), error.where) if error.where else text_of(error)
        )
        self.code = error.code


def sweep_several(
    several: SeveralProjects,
    asked: Asked,
    environ: Mapping[str, str],
    listener: Callable[[Envelope], None],
    stop: StopSwitch,
) -> SweepEnd:
    """Sweep all projects of a file, and write one table of them beside it.

    All locks are taken before anything starts, in the order of the folders' paths, so that of two such
    sweeps one does not begin half of what the other began the other half of.

    Args:
        several: the file.
        asked: what to run; ``jobs`` members at once, of all projects together.
        environ: as for one.
        listener: gets every event of all projects, each with its project; one at a time.
        stop: polled all the time.

    Raises:
        UsageError: the file has no member of a name that is asked for.
    """
    refuse_unknown(several.settings.keys(), asked.only)
    projects = [_Project(name, folder) for name, folder in several.folders.items()]
    audience = Audience(listener, stop)
    with ExitStack() as held:
        for project in sorted(projects, key=lambda it: it.folder):
            try:
                members = several.members(project.folder)
                dead = held.enter_context(run_lock(project.folder / STATE / LOCK_NAME))
                project.given = Given(members, dead)
            except (PaddockError, OSError) as error:
                project.fail(error)
        ready = [project for project in projects if project.given]
        at_once = max(1, min(asked.jobs, len(ready)))
        each = replace(asked, jobs=max(1, asked.jobs // at_once), beside=at_once - 1)
        with ThreadPoolExecutor(at_once) as threads:
            tasks = [threads.submit(_sweep, it, each, environ, audience, stop) for it in ready]
        for task in tasks:
            task.result()  # raises what no project's record could tell
    table = joined_table(several.path.parent.name, projects, at_once * each.jobs)
    if any(project.end and project.end.table for project in projects):  # else the last one stays
        write_table(several.path.parent / OUT_OF_SWEEP, table)
    audience.raise_error()
    codes = [stop.code] if stop.code is not None else [project.code for project in projects]
    return SweepEnd(max(codes, default=Exit.OK), table)


def _sweep(
    project: _Project,
    asked: Asked,
    environ: Mapping[str, str],
    audience: Audience,
    stop: StopSwitch,
) -> None:
    """Sweep one of the projects, unless all is to stop."""
    if stop():
        return

    def listen(envelope: Envelope) -> None:
        if isinstance(envelope.event, RunFailed) and not envelope.member:
            project.why = envelope.event.message
        audience.hear(replace(envelope, project=project.name))

    try:
        project.end = sweep(project.folder, asked, environ, listen, stop, given=project.given)
        project.code = project.end.code
    except (PaddockError, OSError) as error:
        project.fail(error)


def joined_table(name: str, projects: Sequence[_Project], jobs: int) -> Table:
    """Return the table of all projects, each with its members by rank.

    Accuracies on other images are not comparable, so ranks and fronts are within one project, and within
    one validation set of it.
    """
    tables = [project.end.table for project in projects if project.end and project.end.table]
    cpu = [table.cpu_seconds for table in tables]
    known = [seconds for seconds in cpu if seconds is not None]
    return Table(
        project=name,
        sweep=max((table.sweep for table in tables), default=""),
        jobs=jobs,
        rows=tuple(row for project in projects for row in _rows(project)),
        seconds=round(sum(table.seconds for table in tables), 2),
        cpu_seconds=round(sum(known), 2) if known and len(known) == len(cpu) else None,
        alone_seconds=round(sum(table.alone_seconds for table in tables), 2),
    )


def _rows(project: _Project) -> Iterator[Row]:
    """Give the rows of a project; one without members says what became of the project."""
    table = project.end.table if project.end else None
    if table is None:
        failed = bool(project.why)
        yield Row(
            name="",
            project=project.name,
            settings={},
            state="failed" if failed else "not begun",
            code=int(project.code) if failed else None,
            message=project.why,
        )
        return
    rows = [row.model_copy(update={"project": project.name}) for row in table.rows]
    for on_it in dict.fromkeys(row.validation_set for row in rows):
        unranked = (
            row.model_copy(update={"rank": None, "on_front": False})
            for row in rows
            if row.validation_set == on_it
        )
        yield from ranked(tuple(unranked))
