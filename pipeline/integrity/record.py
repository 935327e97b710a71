"""What the ledger says should be where: the stages' results, and what runs wrote into the project."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from pipeline.integrity.faults import Expected, Place
from pipeline.plan.lockfile import LOCK_FILE, MEMBERS_LOCKS
from pipeline.plan.workspace import result_folder
from pipeline.project import Project
from pipeline.record.ledger import Conclusion, Entry, Ledger
from stages.contract import Artifact, Digests
from stages.message import msg

#: Who makes the files that no stage makes.
HOST = "paddock"
_REMEDIES: dict[Place, str] = {
    "out": msg(
        "keep it elsewhere if you need it, remove it, and run again: what is missing is delivered"
    ),
    "record": msg("restore it, or remove it: only the history and comparisons read it"),
    "lock": msg("restore it from version control, or run again: a run that passes writes it anew"),
}


def force(stages: Iterable[str], member: str = "") -> str:
    """Return the command that makes the results of ``stages`` again, those of a sweep's member."""
    command = msg("paddock sweep --member {name}", member) if member else msg("paddock --batch")
    return " ".join([command, *(msg("--force {stage}", stage) for stage in stages)])


def result_file(entry: Entry, file: Artifact, member: str = "") -> Expected:
    """Return one file of a stage's result, which a run of the project or of a ``member`` stands on."""
    stage = entry.components.stage
    path = result_folder(stage, entry.key) / file.path
    digests = Digests(file.size, file.md5, file.sha256)
    remedy = msg("make it again: {force}", force([stage], member))
    return Expected("workspace", str(path), digests, stage, entry.run, entry.time, remedy)


def result_files(entry: Entry, member: str = "") -> tuple[Expected, ...]:
    """Return the files of a stage's result, its artifacts and ``result.json``."""
    files = [*entry.result.artifacts, *([entry.result_file] if entry.result_file else ())]
    return tuple(result_file(entry, file, member) for file in files)


def result_folders(entries: Iterable[Entry]) -> tuple[PurePosixPath, ...]:
    """Return where the results are in the workspace."""
    return tuple(result_folder(item.components.stage, item.key) for item in entries)


def written_files(conclusion: Conclusion) -> tuple[Expected, ...]:
    """Return what a run wrote into the project."""
    return tuple(
        Expected(
            _place(path),
            path,
            digests,
            HOST,
            conclusion.run,
            conclusion.time,
            _REMEDIES[_place(path)],
        )
        for path, digests in conclusion.files.items()
    )


def host_file(path: str, conclusion: Conclusion | None) -> Expected:
    """Return a file of the record of which no hash is known; ``conclusion`` is the last that wrote there."""
    run, time = (conclusion.run, conclusion.time) if conclusion else ("", "")
    place = _place(path)
    return Expected(place, path, Digests(-1, "", ""), HOST, run, time, _REMEDIES[place])


def expected_out(project: Project, name: str, digests: Digests) -> Expected:
    """Return a file of ``out/`` of which no more is known than its hash."""
    path = (project.out / name).relative_to(project.folder).as_posix()
    return Expected("out", path, digests, HOST, "", "", _REMEDIES["out"])


def _place(path: str) -> Place:
    if path == LOCK_FILE or path.startswith(f"{MEMBERS_LOCKS}/"):
        return "lock"
    return "record" if path.startswith(".paddock/") else "out"


def in_out(project: Project, path: str) -> bool:
    """Return whether a path of the record is in ``out/``."""
    return PurePosixPath(path).is_relative_to(project.out.relative_to(project.folder).as_posix())


def is_inside(name: str) -> bool:
    """Return whether a path that a file gives stays in the folder that it is of."""
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts


def deliveries(project: Project, ledger: Ledger) -> tuple[Conclusion, ...]:
    """Return the runs that delivered, the oldest first."""
    return tuple(
        item
        for item in ledger.conclusions
        if item.member == project.member and any(in_out(project, path) for path in item.files)
    )
