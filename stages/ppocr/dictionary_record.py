"""The dictionary of a training, written into its configuration, so that the two travel together.

PaddleOCR's configuration names a file (``Global.character_dict_path``), which another machine does not
have, or has with other lines. It passes over keys that it does not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stages.contract import DEFAULT_CHARACTERS
from stages.errors import StageError
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


def has_record(config: Mapping[str, Any]) -> bool:
    """Return whether the lines of the dictionary are in the configuration itself."""
    return isinstance(at(config, "Global", LINES), str)


def names_no_file(config: Mapping[str, Any]) -> bool:
    """Return whether PaddleOCR trained with its own default: the configuration names no dictionary.

    ``BaseRecLabelEncode`` in ppocr/data/imaug/label_ops.py takes 0-9 and a-z then, and lower-cases labels.
    """
    said = at(config, "Global")
    return (
        isinstance(said, dict)
        and not has_record(config)
        and said.get("character_dict_path") is None
    )


def trained_lines(config: Mapping[str, Any]) -> list[str] | None:
    """Return the lines of the dictionary that a configuration was trained with, if they can be had.

    They are in the configuration, or in the file that it names: one of PaddleOCR's own, or one that is
    where the configuration says. Where it names none they are PaddleOCR's default.
    """
    lines = at(config, "Global", LINES)
    if isinstance(lines, str):
        return lines.split("\n")
    if names_no_file(config):
        return list(DEFAULT_CHARACTERS)
    path = _file(at(config, "Global", "character_dict_path"))
    return read_lines(path) if path else None


def _file(named: Any) -> Path | None:
    """Return the file behind a ``character_dict_path``, relative ones being PaddleOCR's own.

    None where it is not there, or PaddleOCR is not: the data stage has none.
    """
    if not isinstance(named, str) or not named or ".." in Path(named).parts or "\0" in named:
        return None
    try:
        path = Path(named) if Path(named).is_absolute() else paddleocr_root() / named
        return path if path.is_file() else None
    except (OSError, StageError):  # a name that no file can have
        return None
