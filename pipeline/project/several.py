"""``sweep.toml``: projects that are swept together, all of them with the same settings.

A project's own ``[sweep]`` has no part in it. Without a matrix and members each project is run as it is.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from pipeline import PROJECT_FILE
from pipeline.complaint import Complaint, complaint_of
from pipeline.errors import UsageError
from pipeline.project.load import ProjectFile, load_project, read_toml
from pipeline.project.members import MOST, Member, named_settings, with_settings
from pipeline.project.schema import Section, SweepSection
from stages.message import joined, msg

SWEEP_FILE = "sweep.toml"
_REMEDY = msg('docs/sweep.md shows one: projects = ["customers/*"]')


class _SweepFile(Section):
    """The whole file."""

    projects: Annotated[list[str], Field(min_length=1)]
    matrix: Annotated[dict[str, Any], Field(default_factory=dict)]
    members: Annotated[list[dict[str, Any]], Field(default_factory=list)]


@dataclass(frozen=True)
class SeveralProjects:
    """A file that names several projects.

    Args:
        path: of the file, absolute.
        folders: the projects, by what they are called: their folder as seen from the file.
        settings: of each member, by its name.
    """

    path: Path
    folders: Mapping[str, Path]
    settings: Mapping[str, Mapping[str, Any]]

    def members(self, folder: Path) -> tuple[Member, ...]:
        """Return the members of one of the projects, each of them checked.

        Raises:
            UsageError: it is no project, or a member of it could not be run.
        """
        load_project(folder)  # what is wrong with itself is no member's fault
        return with_settings(folder, self.settings, self.path.name)


def several_at(place: Path) -> Path | None:
    """Return the file that is meant by a file or folder; None if that is one project.

    Raises:
        UsageError: the folder has both a project and a file that names several.
    """
    if place.is_file():
        return None if place.name == PROJECT_FILE else place
    found = place / SWEEP_FILE
    if not found.is_file():
        return None
    if (place / PROJECT_FILE).is_file():
        raise UsageError(
            msg("the folder has both {one} and {several}", PROJECT_FILE, SWEEP_FILE),
            str(place),
            msg("name the one that is meant: {choices}", f"{place / PROJECT_FILE}, {found}"),
        )
    return found


def load_several(path: Path) -> SeveralProjects:
    """Read and check the file; its projects are not looked at yet, only found.

    Raises:
        UsageError: it cannot be read, or says something impossible.
    """
    file = read_toml(path.resolve())
    try:
        said = _SweepFile.model_validate(file.raw)
    except ValidationError as error:
        lines = [file.sentence(complaint_of(item, _SweepFile)) for item in error.errors()]
        raise UsageError(joined("\n", lines), str(file.path), _REMEDY) from error
    section = SweepSection(matrix=said.matrix, members=said.members)
    as_it_is: dict[str, dict[str, Any]] = {"as-it-is": {}}
    has_settings = bool(said.matrix or said.members)
    settings = named_settings(section, file, ()) if has_settings else as_it_is
    folders = dict(_folders(file, said.projects))
    if (count := len(folders) * len(settings)) > MOST:
        message = msg("{count} members; at most {most} are planned", f"{count:,}", f"{MOST:,}")
        raise _refused(file, message)
    return SeveralProjects(file.path, folders, settings)


def _folders(file: ProjectFile, names: list[str]) -> Iterator[tuple[str, Path]]:
    """Give each project once; a name with ``*`` stands for all folders that have a project file."""
    above, seen = file.path.parent, set[Path]()
    for name in names:
        if not name.strip() or "\0" in name:
            raise _refused(file, msg("must be a folder; found {name}", repr(name)))
        found = _matching(above, name) if "*" in name else [above / name]
        if not found:
            raise _refused(
                file, msg("no folder with {file} is called {name}", PROJECT_FILE, repr(name))
            )
        for folder in map(Path.resolve, found):
            if folder == above:
                message = msg("a project and {file} cannot be in one folder", SWEEP_FILE)
                raise _refused(file, message)
            if folder not in seen:
                seen.add(folder)
                yield Path(os.path.relpath(folder, above)).as_posix(), folder


def _matching(above: Path, pattern: str) -> list[Path]:
    try:
        found = sorted(above.glob(f"{pattern.rstrip('/')}/{PROJECT_FILE}"))
    except (ValueError, NotImplementedError, IndexError):  # no pattern, or an absolute one
        return []
    return [path.parent for path in found]


def _refused(file: ProjectFile, message: str) -> UsageError:
    return UsageError(file.sentence(Complaint(("projects",), message)), str(file.path), _REMEDY)
