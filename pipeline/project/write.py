"""Writing a project file where there is none."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from pipeline.errors import UsageError
from stages.files import write_text
from stages.message import msg


def write_new(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` in one piece, unless something is there, or appears meanwhile.

    Raises:
        UsageError: something is there, or the folder cannot be written to; nothing was changed.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        write_text(beside, text)
        try:
            _name(beside, path, text)
        finally:
            beside.unlink()
    except FileExistsError as error:
        remedy = msg("edit it, or name another folder")
        raise UsageError(msg("there is a project already"), str(path), remedy) from error
    except OSError as error:
        raise UsageError(msg("cannot be written: {strerror}", error.strerror), str(path)) from error


def _name(beside: Path, path: Path, text: str) -> None:
    """Give the file its name, which fails if the name is taken; renaming would take it."""
    try:
        os.link(beside, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links: then at least nothing is overwritten
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
