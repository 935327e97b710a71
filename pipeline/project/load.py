"""Reading ``paddock.toml``: every refusal names file, line, key, what was found and what is allowed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import tomli
from pydantic import ValidationError

from pipeline import PROJECT_FILE
from pipeline.complaint import Complaint, complaint_of
from pipeline.errors import UsageError
from pipeline.project.consistency import disagreements
from pipeline.project.schema import Project, Settings
from stages.message import joined, msg


def load_project(folder: Path) -> Project:
    """Read and check the project in ``folder``.

    Raises:
        UsageError: there is no project file, it is not TOML, or it says something impossible.
    """
    folder = folder.resolve()
    path = folder / PROJECT_FILE
    text = _read(path)
    try:
        raw = tomli.loads(text)
        if any(number.bit_length() > 63 for number in _numbers(raw)):  # which TOML does not have
            raise ValueError(msg("a number of more than 64 bits"))
    except (ValueError, RecursionError) as error:  # not TOML, or nested too deeply
        raise UsageError(msg("not valid TOML: {error}", error), str(path)) from error
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        lines = [_sentence(complaint_of(item, Settings), path, text) for item in error.errors()]
        remedy = msg("docs/project-file.md lists every key")
        raise UsageError(joined("\n", lines), str(path), remedy) from error
    project = Project(folder, settings)
    first = next(disagreements(project), None)
    if first:
        raise UsageError(_sentence(first, path, text), str(path), first.remedy)
    return project


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
            msg("no {project_file} in {parent}", PROJECT_FILE, path.parent),
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


def _sentence(complaint: Complaint, path: Path, text: str) -> str:
    place = f"{path.name}:{find_line(text, complaint.keys)}: {'.'.join(complaint.keys)}"
    return msg("{first}: {rest}", place, complaint.message)


def find_line(text: str, keys: Sequence[str]) -> int:
    """Return the line (from 1) on which ``keys`` stands, or its table's, or 1.

    tomli gives no positions; this reads headers and keys, which is all that the project file's flat
    tables need.
    """
    table, best = "", 1
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[+\s*([\w.-]+)", line):
            table = header[1]
            best = number if table == keys[0] else best
        elif len(keys) > 1 and table == keys[0] and re.match(rf"\s*{re.escape(keys[1])}\s*=", line):
            return number
    return best
