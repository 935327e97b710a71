"""What is wrong with a project's settings, key by key; the file's reader and the form both ask here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pipeline.models.given import UNION_TAGS
from pipeline.project.complaint import Complaint
from pipeline.project.consistency import disagreements
from pipeline.project.schema import Project, Settings
from pipeline.text import nearest

#: Keys that files of earlier versions may hold.
_GONE = {("quantize",): "the table is gone, as nothing is quantised: remove it"}


def complaints(folder: Path, raw: Mapping[str, Any]) -> list[Complaint]:
    """Return all that is wrong with the settings ``raw`` for a project in ``folder``.

    What other tables say does not hide it: a table that is not well formed is taken as if it said nothing.
    """
    found: list[Complaint] = []
    spoilt: set[str] = set()
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        found = [complaint_of(item) for item in error.errors()]
        spoilt = {item.keys[0] for item in found if item.keys}
        rest = {name: table for name, table in raw.items() if name not in spoilt}
        settings = Settings.model_validate({"project": {"name": "unnamed"}, "data": {}, **rest})
    others = disagreements(Project(folder, settings))
    return [*found, *(item for item in others if item.keys[0] not in spoilt)]


def complaint_of(error: ErrorDetails) -> Complaint:
    """Say what the schema found, with the nearest known key or what is allowed."""
    keys = tuple(str(part) for part in error["loc"] if part not in UNION_TAGS)
    if keys in _GONE:
        return Complaint(keys, _GONE[keys])
    if error["type"] == "extra_forbidden":
        return Complaint(keys, f"unknown key{_nearest(keys)}")
    if error["type"] == "missing":
        return Complaint(keys, "required, but not there")
    message = error["msg"].removeprefix("Value error, ")
    return Complaint(keys, f"{message[0].lower()}{message[1:]}; found {error['input']!r}")


def _nearest(keys: tuple[str, ...]) -> str:
    return nearest(keys[-1], _known_keys(Settings, keys[:-1]))


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
