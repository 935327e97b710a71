"""Frozen dataclasses to JSON and back.

A field at its default is left out. A field whose name ends in an underscore, as keywords need it
(``from_``), is written without. What is read is checked against the annotations, member by member.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from stages.message import msg

Value = TypeVar("Value")
_LONGEST = 60


class DocumentError(ValueError):
    """A document is not one that this version of the contract writes; the message says where and why."""


def encode(value: object) -> Any:
    """Return ``value``, a dataclass or what one may hold, as what :mod:`json` writes."""
    if is_dataclass(value) and not isinstance(value, type):
        members = ((item, getattr(value, item.name)) for item in fields(value))
        return {_key(item): encode(held) for item, held in members if not _at_default(item, held)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(name): encode(held) for name, held in value.items()}
    if isinstance(value, (list, tuple)):
        return [encode(held) for held in value]
    return value


def decode(kind: type[Value], raw: object, where: str) -> Value:
    """Build a dataclass from parsed JSON.

    Args:
        kind: the dataclass.
        raw: what :func:`encode` returned, read back.
        where: the document's name, for errors.

    Raises:
        DocumentError: a member is missing, unknown, or of another type than its annotation says.
    """
    made: Value = _read(kind, raw, where)
    return made


def _key(item: Field[Any]) -> str:
    return item.name.rstrip("_")


def _at_default(item: Field[Any], held: object) -> bool:
    if item.default is not MISSING:
        return bool(held == item.default)
    return item.default_factory is not MISSING and bool(held == item.default_factory())


def _is_optional(item: Field[Any]) -> bool:
    return item.default is not MISSING or item.default_factory is not MISSING


@cache
def _annotations(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _read(kind: Any, raw: Any, where: str) -> Any:
    """Return ``raw`` as ``kind``: a plain type, an enumeration, a container of such, a dataclass."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        if raw is None and type(None) in inner:
            return None
        (kind,) = (option for option in inner if option is not type(None))
        return _read(kind, raw, where)
    if origin is tuple and isinstance(raw, list):
        return tuple(_read(inner[0], item, f"{where}[{place}]") for place, item in enumerate(raw))
    if origin is not None and issubclass(origin, Mapping) and isinstance(raw, dict):
        return {name: _read(inner[1], item, f"{where}.{name}") for name, item in raw.items()}
    if is_dataclass(kind) and isinstance(raw, dict):
        return _read_dataclass(kind, raw, where)
    if kind is float and type(raw) is int:
        return float(raw)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _read_member(kind, raw, where)
    if kind is Any or type(raw) is kind or (kind is str and isinstance(raw, str)):
        return raw
    raise DocumentError(
        msg("{where} is {quoted}, expected {named}", where, _quoted(raw), _named(kind))
    )


def _read_dataclass(kind: Any, raw: dict[str, Any], where: str) -> Any:
    members = {_key(item): item for item in fields(kind)}
    for name in raw:
        if name not in members:
            raise DocumentError(
                msg("{where} has {quoted}, which is not known", where, _quoted(name))
            )
    values = {}
    for name, item in members.items():
        if name in raw:
            wanted = _annotations(kind)[item.name]
            values[item.name] = _read(wanted, raw[name], f"{where}.{name}")
        elif not _is_optional(item):
            raise DocumentError(msg("{where} lacks {quoted}", where, _quoted(name)))
    return kind(**values)


def _read_member(kind: type[Enum], raw: object, where: str) -> Enum:
    try:
        return kind(raw)
    except ValueError as error:
        allowed = ", ".join(str(item.value) for item in kind)
        raise DocumentError(
            msg("{where} is {quoted}, expected one of {allowed}", where, _quoted(raw), allowed)
        ) from error


def _quoted(raw: object) -> str:
    said = ascii(raw)
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…"


def _named(kind: Any) -> str:
    return msg("a list") if get_origin(kind) is tuple else getattr(kind, "__name__", str(kind))
