"""A configuration or a description that a stage was given, read to be compared."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from stages.errors import StageError
from stages.message import msg
from stages.text.printable import printable
from stages.text.yaml import load_yaml


def read_document(path: Path) -> Mapping[str, Any]:
    """Return the mapping that a YAML file holds; it is parsed once, so it must not be changed.

    Raises:
        StageError: it is not plain YAML, or no mapping.
    """
    found = path.stat()
    return _read(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=4)
def _read(path: Path, _changed: int, _size: int) -> Mapping[str, Any]:
    name, where = printable(path.name), printable(str(path), 400)
    remedy = msg("give the file that PaddleOCR's export or training wrote")
    try:
        document = load_yaml(path)
    except ValueError as error:
        raise StageError(
            msg("{name} is not plain YAML: {why}", name, error), where, remedy
        ) from error
    if not isinstance(document, dict):
        raise StageError(msg("{name} holds no keys and values", name), where, remedy)
    return document
