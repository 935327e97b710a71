"""What is wrong with a project's settings, key by key; the file's reader and the form both ask here."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pipeline.project.schema import UNION_TAGS, Project, Settings


@dataclass(frozen=True)
class Complaint:
    """What is wrong with the key at ``keys`` (table, key, …), and what to do about it."""

    keys: tuple[str, ...]
    message: str
    remedy: str = ""


def complaints(folder: Path, raw: Mapping[str, Any]) -> list[Complaint]:
    """Return all that is wrong with the settings ``raw`` for a project in ``folder``.

    What other keys say does not hide it: files are looked for as soon as ``[data]`` is well formed.
    """
    found: list[Complaint] = []
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        found = [complaint_of(item) for item in error.errors()]
        spoilt = {item.keys[0] for item in found if item.keys}
        if "data" in spoilt:
            return found
        rest = {name: table for name, table in raw.items() if name not in spoilt}
        settings = Settings.model_validate({"project": {"name": "unnamed"}, **rest})
    return [*found, *disagreements(Project(folder, settings))]


def complaint_of(error: ErrorDetails) -> Complaint:
    """Say what the schema found, with the nearest known key or what is allowed."""
    keys = tuple(str(part) for part in error["loc"] if part not in UNION_TAGS)
    if error["type"] == "extra_forbidden":
        return Complaint(keys, f"unknown key{_nearest(keys)}")
    if error["type"] == "missing":
        return Complaint(keys, "required, but not there")
    message = error["msg"].removeprefix("Value error, ")
    return Complaint(keys, f"{message[0].lower()}{message[1:]}; found {error['input']!r}")


def disagreements(project: Project) -> Iterator[Complaint]:
    """Find what no single key can tell: keys that exclude each other, and files that are not there."""
    yield from _of_start(project)
    yield from _of_splits(project)
    dictionary = project.settings.data.dictionary
    if not is_file(project.folder / dictionary):
        yield Complaint(("data", "dictionary"), f"no file {dictionary!r} in {project.folder}")


def _of_start(project: Project) -> Iterator[Complaint]:
    settings = project.settings
    if settings.export.model and settings.train.checkpoint:
        message = "start from a checkpoint or from a PD model, not from both"
        yield Complaint(("export", "model"), message)
    architecture = project.folder / settings.model.architecture
    if settings.train.checkpoint and not is_file(architecture):
        remedy = "give the PaddleOCR YAML that the checkpoint was trained with"
        message = "a checkpoint needs its configuration"
        yield Complaint(("model", "architecture"), message, remedy)


def _of_splits(project: Project) -> Iterator[Complaint]:
    settings = project.settings
    trains = not settings.export.model and not settings.train.checkpoint
    for split in ("train", "val") if trains else ():
        if not getattr(settings.data, split):
            yield Complaint(("data", split), "needed for training: a list of label files")
    if not settings.data.test and not settings.data.val:
        yield Complaint(("data", "test"), "a list of label files to measure on is needed")
    for split in ("train", "val", "test"):
        for name in getattr(settings.data, split):
            if not is_file(project.data_root / name):
                yield Complaint(("data", split), f"no file {name!r} in {project.data_root}")


def is_file(path: Path) -> bool:
    """Tell whether there is such a file; a name that no file can have is not there."""
    try:
        return path.is_file()
    except OSError:  # too long, or behind a folder that may not be read
        return False


def _nearest(keys: tuple[str, ...]) -> str:
    known = _known_keys(Settings, keys[:-1])
    close = difflib.get_close_matches(keys[-1], known, n=1)
    return f'; did you mean "{close[0]}"?' if close else f"; known: {', '.join(known)}"


def _known_keys(model: type[BaseModel], parents: tuple[str, ...]) -> list[str]:
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
