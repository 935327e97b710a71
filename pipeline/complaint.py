"""What is wrong with one key of a file that a person writes, and what pydantic says of it in our words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from pipeline.text import nearest
from stages.message import msg, text_of

#: How pydantic names a union's text and its table in the place of an error; no key has such a name.
UNION_TAGS = ("(text)", "(table)")
#: What is shown of a value, in characters.
_LONGEST = 300


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
        return Complaint(
            keys, msg("unknown key{nearest}", nearest(keys[-1], _known_keys(model, keys[:-1])))
        )
    if error["type"] == "missing":
        return Complaint(keys, msg("required, but not there"))
    return Complaint(keys, msg("{wrong}; found {found}", _wrong(error), _found(error["input"])))


def _found(value: Any) -> str:
    said = repr(value)
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…"


def _wrong(error: ErrorDetails) -> str:
    """Return what pydantic, or a validator of ours, says that a value should be."""
    context = error.get("ctx", {})
    if "error" in context:
        return text_of(context["error"])
    match error["type"], context:
        case "literal_error", {"expected": str(expected)} if " or " in expected:
            one, _, other = expected.rpartition(" or ")
            return msg("input should be {one} or {other}", one, other)
        case "string_pattern_mismatch", {"pattern": pattern}:
            return msg("string should match pattern {pattern}", f"'{pattern}'")
        case "too_short", {"min_length": least, "actual_length": count}:
            return msg("list should be at least {least} long, not {count}", least, count)
        case "too_long", {"max_length": most, "actual_length": count}:
            return msg("list should be at most {most} long, not {count}", most, count)
    text = error["msg"]
    allowed = text.removeprefix("Input should be ")
    if allowed == text:
        return text[0].lower() + text[1:]
    return msg(
        "input should be {allowed}", _bound(error["type"], allowed.rpartition(" ")[2]) or allowed
    )


def _bound(kind: str, number: str) -> str:
    """Return what a bound of this kind allows; "" for what is no bound."""
    match kind:
        case "greater_than":
            return msg("greater than {number}", number)
        case "greater_than_equal":
            return msg("greater than or equal to {number}", number)
        case "less_than":
            return msg("less than {number}", number)
        case "less_than_equal":
            return msg("less than or equal to {number}", number)
    return ""


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
