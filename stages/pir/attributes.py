"""Values in a PIR program's JSON as Python values.

An attribute is ``{"N": name, "AT": {"#": type, "D": value}}``. The types' names are those of
paddle/fluid/pir/serialize_deserialize/include/schema.h: ``0.`` builtin, ``1.`` ``pd_op``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stages.message import msg

_NUMBERS = ("0.a_i32", "0.a_i64", "0.a_f32", "0.a_f64", "0.a_u64")
_TEXTS = ("0.a_str", "1.a_dtype")
_ARRAY, _INT_ARRAY, _BOOL = "0.a_array", "1.a_intarray", "0.a_bool"


@dataclass(frozen=True)
class Unread:
    """An attribute of a type that no translation needs; ``kind`` is its name in the file."""

    kind: str


Attribute = bool | int | float | str | list[Any] | Unread


def read_attributes(listed: list[Any]) -> dict[str, Attribute]:
    """Return an operator's attributes by name.

    Raises:
        ValueError: an entry is not an attribute, or its value not of its type.
    """
    return {text(entry["N"]): _value(entry["AT"]) for entry in listed}


def _value(stored: Mapping[str, Any]) -> Attribute:
    kind = text(stored["#"])
    if kind in _NUMBERS:
        return _number(kind, stored)
    if kind in _TEXTS:
        return text(stored["D"])
    if kind == _BOOL:
        return bool(_of(bool, stored["D"]))
    if kind == _ARRAY:
        return [_value(item) for item in _of(list, stored["D"])]
    if kind == _INT_ARRAY:
        return [whole(item) for item in _of(list, stored["D"])]
    return Unread(kind)


def _number(kind: str, stored: Mapping[str, Any]) -> int | float:
    """Return a number; what JSON cannot hold (infinity, NaN) stands as text under ``VD``."""
    if "D" not in stored:
        return float(text(stored["VD"]))
    value = stored["D"]
    if "_f" not in kind:
        return whole(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(msg("{value} is not a number", f"{value!r:.40}"))
    return float(value)


def whole(value: Any) -> int:
    """Return ``value``, which must be an integer.

    Raises:
        ValueError: it is not.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(msg("{value} is not an integer", f"{value!r:.40}"))
    return value


def text(value: Any) -> str:
    """Return ``value``, which must be a string.

    Raises:
        ValueError: it is not.
    """
    return str(_of(str, value))


def _of(kind: type, value: Any) -> Any:
    if not isinstance(value, kind):
        raise ValueError(msg("{value} is not of type {name}", f"{value!r:.40}", kind.__name__))
    return value
