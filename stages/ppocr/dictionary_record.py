"""The dictionary of a training, written into its configuration, so that the two travel together.

PaddleOCR's configuration names a file (``Global.character_dict_path``), which another machine does not
have, or has with other lines. It passes over keys that it does not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stages.ppocr.location import paddleocr_root
from stages.text.dictionary import Dictionary, read_lines
from stages.text.yaml import at

#: The lines of the file, and the SHA-256 of its bytes.
LINES, DIGEST = "dictionary_lines", "dictionary_sha256"


def with_record(config: dict[str, Any], dictionary: Dictionary) -> dict[str, Any]:
    """Return the configuration with the dictionary in it."""
    record = {DIGEST: dictionary.sha256, LINES: "\n".join(dictionary.entries)}
    return {**config, "Global": {**config["Global"], **record}}


def without_record(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the configuration without it: PaddleOCR would print it into its log."""
    kept = {key: value for key, value in config["Global"].items() if key not in (LINES, DIGEST)}
    return {**config, "Global": kept}


def trained_lines(config: Mapping[str, Any]) -> list[str] | None:
    """Return the lines of the dictionary that a configuration was trained with, if they can be had.

    They are in the configuration, or in the file that it names: one of PaddleOCR's own, or one that is
    where the configuration says.
    """
    lines = at(config, "Global", LINES)
    if isinstance(lines, str):
        return lines.split("\n")
    path = _file(at(config, "Global", "character_dict_path"))
    return read_lines(path) if path else None


def _file(named: Any) -> Path | None:
    """Return the file behind a ``character_dict_path``, relative ones being PaddleOCR's own."""
    if not isinstance(named, str) or not named or ".." in Path(named).parts or "\0" in named:
        return None
    path = Path(named) if Path(named).is_absolute() else paddleocr_root() / named
    try:
        return path if path.is_file() else None
    except OSError:  # a name that no file can have
        return None
