"""YAML documents that PaddleOCR or a user wrote: read without running their tags."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from stages.message import Message, msg, text_of
from stages.text.printable import printable

#: PyYAML's safe loader, the one in C where it was built: an official dictionary takes seconds else.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: Deeper than any configuration. libyaml's composer ends the process some thousand levels further down.
_DEEPEST = 100
#: Values with every alias written out: a few lines of aliases of aliases can stand for more than any memory.
_MOST_VALUES = 1_000_000
#: What the constructors of YAML's own types raise of a text that is no such value: ``!!int ""``, 2001-99-99.
_NO_VALUE = (ValueError, KeyError, IndexError, AttributeError, TypeError, OverflowError)


def load_yaml(path: Path) -> Any:
    """Return what a YAML file holds.

    Raises:
        ValueError: as :func:`parse_yaml`, or it is not in UTF-8.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(msg("it is not UTF-8 (byte {start})", error.start)) from error
    return parse_yaml(text)


def parse_yaml(text: str) -> Any:
    """Return what a YAML document holds.

    Raises:
        ValueError: it is not plain YAML, or stands for more than any document of use; its text is a message
            that says where.
    """
    try:
        if _is_a_bomb(text):
            raise ValueError(msg("it is nested too deeply, or its aliases stand for too much"))
        return yaml.load(text, Loader=_LOADER)  # noqa: S506 - safe
    except yaml.MarkedYAMLError as error:
        raise ValueError(_told(error)) from error
    except yaml.YAMLError as error:
        raise ValueError(msg("it holds what YAML does not allow")) from error
    except _NO_VALUE as error:
        if isinstance(text_of(error), Message):
            raise
        raise ValueError(msg("it holds what YAML does not allow")) from error


def _is_a_bomb(text: str) -> bool:
    """Return whether a document is too deep to be read, or too large with its aliases written out.

    Raises:
        yaml.YAMLError: it cannot be parsed.
    """
    sizes: dict[str | None, int] = {}
    within: list[tuple[str | None, int]] = []
    total = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.AliasEvent):
            total += sizes.get(event.anchor, 1)
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = within.pop()
            sizes[anchor] = total - before
        elif isinstance(event, yaml.NodeEvent):
            total += 1
            if isinstance(event, yaml.CollectionStartEvent):
                within.append((event.anchor, total - 1))
            # of what is open an alias would stand in itself, without an end
            sizes[event.anchor] = (
                _MOST_VALUES if isinstance(event, yaml.CollectionStartEvent) else 1
            )
        if total > _MOST_VALUES or len(within) > _DEEPEST:
            return True
    return False


def _told(error: yaml.MarkedYAMLError) -> str:
    """Say where a YAML parser stopped: at a tag that only Python knows, or at what is no YAML."""
    mark = error.problem_mark or error.context_mark
    where = msg("line {line}, column {column}", mark.line + 1, mark.column + 1) if mark else "?"
    tag = re.search(r"the tag '(?P<tag>[^']+)'", error.problem or "")
    if tag:
        return msg("{where}: it has the tag {tag}, which runs code", where, printable(tag["tag"]))
    return msg("{where}: it cannot be read from here on", where)


def at(document: Any, *keys: str) -> Any:
    """Return what is under ``keys``, or None where something on the way is no mapping."""
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    return document
