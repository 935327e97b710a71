"""What is wrong with one key of a file that a person writes, and what pydantic says of it in our words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from pipeline.text import nearest

#: How pydantic names a union's text and its table in the place of an error; no key has such a name.
UNION_TAGS = ("(text)", "(table)")


@dataclass(frozen=True)
class Complaint:
    """What is wrong with the key at ``keys`` (table, key, …), and what to do about it."""

    keys: tuple[str, ...]
    message: str
    remedy: str = ""


def complaint_of(error: ErrorDetails, model: type[BaseModel]) -> Complaint:
    """Say what the schema ``model`` found, with the nearest known key or what is allowed."""
    keys = tuple(str(part) for part in error["loc"] if part not in UNION_TAGS)
    if error["type"] == "extra_forbidden":
        return Complaint(keys, f"unknown key{nearest(keys[-1], _known_keys(model, keys[:-1]))}")
    if error["type"] == "missing":
        return Complaint(keys, "required, but not there")
    message = error["msg"].removeprefix("Value error, ")
    return Complaint(keys, f"{message[0].lower()}{message[1:]}; found {error['input']!r}")


def _known_keys(model: type[BaseModel], parents: tuple[str, ...]) -> list[str]:
    """Return the keys of the table at ``parents``; the names of a mapping to tables are passed over."""
    for name in parents:
        if field := model.model_fields.get(name):
            table = next(_tables(field.annotation), None)
            if table is None:
                return []
            model = table
    return list(model.model_fields)


def _tables(annotation: Any) -> Iterator[type[BaseModel]]:
    """Give the tables that a key of this type may hold, those in a union or a mapping too."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _tables(part)
