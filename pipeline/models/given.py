"""A model as ``paddock.toml`` names it: built in, a path, or an address with its SHA-256."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from pipeline.complaint import UNION_TAGS
from stages.contract import MANIFEST_FILE

#: Of every table of ``paddock.toml``: no unknown keys, no silent conversion of types.
STRICT = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


class RemoteModel(BaseModel):
    """``pretrained = { url = "…", sha256 = "…" }``"""

    model_config = STRICT

    url: Annotated[str, Field(pattern=r"^https?://")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


GivenModel = Annotated[
    Annotated[str, Tag(UNION_TAGS[0])] | Annotated[RemoteModel, Tag(UNION_TAGS[1])],
    Discriminator(lambda value: UNION_TAGS[isinstance(value, (dict, RemoteModel))]),
]


#: Kinds of characters that would end a line of a manifest, or drive a terminal.
_UNNAMEABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})


def is_safe_path(name: str) -> bool:
    """Return whether ``name`` can only be a file below the folder that it is relative to."""
    nameable = name.isprintable() or not _UNNAMEABLE & {*map(unicodedata.category, name)}
    return (
        bool(name)
        and nameable
        and name != MANIFEST_FILE
        and name[0] != "/"
        and ".." not in name.split("/")
    )


def is_file(path: Path) -> bool:
    """Return whether there is such a file; a name that no file can have is not there."""
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long, behind a folder that may not be read, or with a NUL
        return False


def is_folder(path: Path) -> bool:
    """Return whether there is such a folder; a name that no folder can have is not there."""
    try:
        return path.is_dir()
    except (OSError, ValueError):  # as above
        return False


def exists(path: Path) -> bool:
    """Return whether there is such a file or folder; a name that neither can have is not there."""
    try:
        return path.exists()
    except (OSError, ValueError):  # as above
        return False
