"""A configuration or a description that a stage was given, read to be compared."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stages.errors import StageError
from stages.ppocr.documents import load_yaml
from stages.text.printable import printable


def read_document(path: Path) -> Mapping[str, Any]:
    """Return the mapping that a YAML file holds.

    Raises:
        StageError: it is not plain YAML, or no mapping.
    """
    name, where = printable(path.name), printable(str(path), 400)
    remedy = "give the file that PaddleOCR's export or training wrote"
    try:
        document = load_yaml(path)
    except ValueError as error:
        why = printable(str(error), 300)
        raise StageError(f"{name} is not plain YAML: {why}", where, remedy) from error
    if not isinstance(document, dict):
        raise StageError(f"{name} holds no keys and values", where, remedy)
    return document
