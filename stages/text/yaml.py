"""YAML documents that PaddleOCR or a user wrote: read without running their tags."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from stages.message import msg
from stages.text.printable import printable

#: PyYAML's safe loader, the one in C where it was built: an official dictionary takes seconds else.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_yaml(path: Path) -> Any:
    """Return what a YAML file holds.

    Raises:
        ValueError: it is not plain YAML in UTF-8; its text is a message that says where.
    """
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - safe
    except UnicodeDecodeError as error:
        raise ValueError(msg("it is not UTF-8 (byte {start})", error.start)) from error
    except yaml.MarkedYAMLError as error:
        raise ValueError(_told(error)) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(msg("it holds what YAML does not allow")) from error


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
