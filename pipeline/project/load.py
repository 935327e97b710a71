"""Reading ``paddock.toml``: every refusal names file, line, key, what was found and what is allowed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import tomli
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pipeline.errors import UsageError
from pipeline.project.schema import UNION_TAGS, Project, Settings

PROJECT_FILE = "paddock.toml"


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
    except tomli.TOMLDecodeError as error:
        raise UsageError(f"not valid TOML: {error}", str(path)) from error
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        raise _explain(error.errors(), path, text) from error
    project = Project(folder, settings)
    _check_together(project, path, text)
    return project


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise UsageError(
            f"no {PROJECT_FILE} in {path.parent}", str(path), "make one with: paddock init DIR"
        ) from error
    except NotADirectoryError as error:
        raise UsageError(
            "not a folder", str(path.parent), f"name the folder that holds {PROJECT_FILE}"
        ) from error
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", str(path)) from error
    except UnicodeDecodeError as error:
        raise UsageError(
            f"not UTF-8 (byte {error.start})", str(path), "save it as UTF-8"
        ) from error


def _explain(errors: list[ErrorDetails], path: Path, text: str) -> UsageError:
    lines = [_sentence(error, text, path) for error in errors]
    return UsageError("\n".join(lines), str(path), "docs/project-file.md lists every key")


def _sentence(error: ErrorDetails, text: str, path: Path) -> str:
    keys = [str(part) for part in error["loc"] if part not in UNION_TAGS]
    place = f"{path.name}:{find_line(text, keys)}: {'.'.join(keys)}"
    if error["type"] == "extra_forbidden":
        return f"{place}: unknown key{_nearest(keys)}"
    if error["type"] == "missing":
        return f"{place}: required, but not there"
    message = error["msg"].removeprefix("Value error, ")
    return f"{place}: {message[0].lower()}{message[1:]}; found {error['input']!r}"


def _nearest(keys: list[str]) -> str:
    known = _known_keys(Settings, keys[:-1])
    close = difflib.get_close_matches(keys[-1], known, n=1)
    return f'; did you mean "{close[0]}"?' if close else f"; known: {', '.join(known)}"


def _known_keys(model: type[BaseModel], parents: list[str]) -> list[str]:
    for name in parents:
        table = next(_tables(model.model_fields[name].annotation), None)
        if table is None:
            return []
        model = table
    return list(model.model_fields)


def _tables(annotation: Any) -> Iterator[type[BaseModel]]:
    """Give the tables that a key of this type may hold, those in a union too."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _tables(part)


def find_line(text: str, keys: list[str]) -> int:
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


@dataclass(frozen=True)
class _Refusal:
    """Makes the error for a key, with the line on which it stands."""

    path: Path
    text: str

    def __call__(self, section: str, key: str, message: str, remedy: str = "") -> UsageError:
        line = find_line(self.text, [section, key])
        place = f"{self.path.name}:{line}: {section}.{key}"
        return UsageError(f"{place}: {message}", str(self.path), remedy)


def _check_together(project: Project, path: Path, text: str) -> None:
    """Check what no single key can tell."""
    refuse = _Refusal(path, text)
    _check_start(project, refuse)
    _check_splits(project, refuse)
    dictionary = project.settings.data.dictionary
    if not (project.folder / dictionary).is_file():
        raise refuse("data", "dictionary", f"no file {dictionary!r} in {project.folder}")


def _check_start(project: Project, refuse: _Refusal) -> None:
    settings = project.settings
    if settings.export.model and settings.train.checkpoint:
        raise refuse("export", "model", "start from a checkpoint or from a PD model, not from both")
    architecture = project.folder / settings.model.architecture
    if settings.train.checkpoint and not architecture.is_file():
        remedy = "give the PaddleOCR YAML that the checkpoint was trained with"
        raise refuse("model", "architecture", "a checkpoint needs its configuration", remedy)


def _check_splits(project: Project, refuse: _Refusal) -> None:
    settings = project.settings
    trains = not settings.export.model and not settings.train.checkpoint
    for split in ("train", "val") if trains else ():
        if not getattr(settings.data, split):
            raise refuse("data", split, "needed for training: a list of label files")
    if not settings.data.test and not settings.data.val:
        raise refuse("data", "test", "a list of label files to measure on is needed")
    for split in ("train", "val", "test"):
        for name in getattr(settings.data, split):
            if not (project.data_root / name).is_file():
                raise refuse("data", split, f"no file {name!r} in {project.data_root}")
