"""The project's own files, read again: a run goes by inode, size and times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.integrity.delivered import digests_of_file
from pipeline.integrity.faults import Expected, Fault, compare
from pipeline.plan.hashes import HashCache
from pipeline.project import Project
from stages.contract import Digests
from stages.message import msg


@dataclass(frozen=True)
class ReadAgain:
    """How many files were read, their bytes, and those of which bytes changed and nothing else."""

    files: int
    size: int
    faults: tuple[Fault, ...]


def read_again(project: Project) -> ReadAgain:
    """Hash every file again whose hash the next run would take without reading it."""
    with HashCache(project.state / "hashes.sqlite") as cache:
        expected = [_expected(project, *known) for known in cache.unchanged()]
    faults = tuple(_differing(project, expected))
    return ReadAgain(len(expected), sum(file.digests.size for file in expected), faults)


def _differing(project: Project, files: list[Expected]) -> Iterator[Fault]:
    for file in files:
        if fault := compare(file, digests_of_file(project.folder / file.path)):
            yield fault


def _expected(project: Project, path: Path, size: int, sha256: str) -> Expected:
    name = path.relative_to(project.folder) if path.is_relative_to(project.folder) else path
    remedy = msg(
        "its disk may be failing: restore it from a copy; if it is right as it is: touch {path}",
        path,
    )
    digests = Digests(size, "", sha256)
    return Expected("project", str(name), digests, msg("project (its files)"), "", "", remedy)
