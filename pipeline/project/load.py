"""Reading ``paddock.toml``: every refusal names file, line, key, what was found and what is allowed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli
from pydantic import ValidationError

from pipeline import PROJECT_FILE
from pipeline.complaint import Complaint, complaint_of
from pipeline.errors import UsageError
from pipeline.project.consistency import disagreements
from pipeline.project.schema import Project, Settings
from stages.message import joined, msg

SEE_KEYS = msg("docs/project-file.md lists every key")


def load_project(folder: Path) -> Project:
    """Read and check the project in ``folder``.

    Raises:
        UsageError: there is no project file, it is not TOML, or it says something impossible.
    """
    file = read_file(folder)
    try:
        settings = Settings.model_validate(file.raw)
    except ValidationError as error:
        lines = [file.sentence(complaint_of(item, Settings)) for item in error.errors()]
        raise UsageError(joined("\n", lines), str(file.path), SEE_KEYS) from error
    project = Project(file.path.parent, settings)
    first = next(disagreements(project), None)
    if first:
        raise UsageError(file.sentence(first), str(file.path), first.remedy)
    return project


@dataclass(frozen=True)
class ProjectFile:
    """A project file as it was read: TOML, but not checked yet."""

    path: Path
    text: str
    raw: Mapping[str, Any]

    def sentence(self, complaint: Complaint) -> str:
        """Return a complaint with its line and key before it."""
        line = find_line(self.text, complaint.keys)
        place = f"{self.path.name}:{line}: {'.'.join(complaint.keys)}"
        return msg("{first}: {rest}", place, complaint.message)


def read_file(folder: Path) -> ProjectFile:
    """Read the project file in ``folder``.

    Raises:
        UsageError: there is none, or it is not TOML.
    """
    return read_toml(folder.resolve() / PROJECT_FILE)


def read_toml(path: Path) -> ProjectFile:
    """Read a file of a person's, at an absolute path.

    Raises:
        UsageError: there is none, or it is not TOML.
    """
    text = _read(path)
    try:
        raw = tomli.loads(text)
        if any(number.bit_length() > 63 for number in _numbers(raw)):  # which TOML does not have
            raise ValueError(msg("a number of more than 64 bits"))
    except (ValueError, RecursionError) as error:  # not TOML, or nested too deeply
        raise UsageError(msg("not valid TOML: {error}", error), str(path)) from error
    return ProjectFile(path, text, raw)


def _numbers(value: object) -> Iterator[int]:
    """Give all whole numbers of a document."""
    for each in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        yield from _numbers(each)
    if isinstance(value, int):
        yield value


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise UsageError(
            msg("no {project_file} in {parent}", path.name, path.parent),
            str(path),
            msg("make one with: paddock init DIR"),
        ) from error
    except NotADirectoryError as error:
        raise UsageError(
            msg("not a folder"),
            str(path.parent),
            msg("name the folder that holds {project_file}", PROJECT_FILE),
        ) from error
    except OSError as error:
        raise UsageError(msg("cannot be read: {strerror}", error.strerror), str(path)) from error
    except UnicodeDecodeError as error:
        raise UsageError(
            msg("not UTF-8 (byte {start})", error.start), str(path), msg("save it as UTF-8")
        ) from error


def find_line(text: str, keys: Sequence[str]) -> int:
    """Return the line (from 1) on which ``keys`` stands, or its table's, or 1.

    tomli gives no positions; this reads headers and keys, which is all that the project file's flat
    tables need.
    """
    table, best = "", 1
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[+\s*([\w.-]+)", line):
            table = header[1]
            best = number if best == 1 and table.split(".")[0] == keys[0] else best
        elif _names(keys, table, line):
            return number
    return best


def _names(keys: Sequence[str], table: str, line: str) -> bool:
    """Return whether a line of ``table`` ("" before the first) gives the key at ``keys`` its value."""
    above, key = (keys[0], keys[1]) if len(keys) > 1 else ("", keys[0])
    return table == above and bool(re.match(rf"\s*{re.escape(key)}\s*=", line))
