"""YAML documents that PaddleOCR or a user wrote: read without running their tags."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

#: PyYAML's safe loader, the one in C where it was built: an official dictionary takes seconds else.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_yaml(path: Path) -> Any:
    """Return what a YAML file holds.

    Raises:
        ValueError: it is not plain YAML in UTF-8; the text says where.
    """
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - safe
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(" ".join(str(error).split())) from error


def at(document: Any, *keys: str) -> Any:
    """Return what is under ``keys``, or None where something on the way is no mapping."""
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    return document
